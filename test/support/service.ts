import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, within } from './waiting.js';

const BIN = join(__dirname, '../../bin/rolewatch.js');

export interface ServiceOptions {
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** The content of `sources:` in the configuration. */
  readonly sources: string;
  readonly argv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** `rolewatch serve` as a process of its own, from the build. */
export class Service {
  said = '';
  private readonly exited: Promise<unknown>;

  private constructor(
    readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => (this.said += String(chunk)));
    this.exited = once(child, 'close');
  }

  static begin(options: ServiceOptions): Service {
    const folder = mkdtempSync(join(tmpdir(), 'rolewatch-service-'));
    writeFileSync(join(folder, 'rolewatch.yaml'), `sources:\n${options.sources}\nserver: { port: 0 }\n`);
    const child = spawn(process.execPath, [BIN, 'serve', ...(options.argv ?? [])], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        MIGRATE_DATABASE_URL: options.ownerUrl,
        DATABASE_URL: options.appUrl,
        ROLEWATCH_KEY: Buffer.alloc(32, 1).toString('base64'),
        SECRET: 'secret',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Service(child, folder);
  }

  static async start(options: ServiceOptions): Promise<Service> {
    const service = Service.begin(options);
    await service.says(/"msg":"listening"/);
    return service;
  }

  get address(): string {
    return /"address":"([^"]+)"/.exec(this.said)?.[1] ?? '';
  }

  async says(words: RegExp): Promise<void> {
    const said = (): string => this.said;
    await until(`the service to say ${words.source}`, () => words.test(said()) || this.gone, 60, said);
    if (!words.test(said())) throw new Error(`it ended before it said ${words.source}: ${said()}`);
  }

  async get(path: string): Promise<{ status: number; body: string }> {
    const answer = await fetch(this.address + path);
    return { status: answer.status, body: await answer.text() };
  }

  /** @returns the exit code, or the signal that ended it, and how long that took */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ ended: number | string | null; tookMs: number }> {
    const began = performance.now();
    this.child.kill(signal);
    return { ended: await this.ended(), tookMs: performance.now() - began };
  }

  async ended(): Promise<number | string | null> {
    await within(`the end of the service, which said ${this.said}`, this.exited);
    return this.child.exitCode ?? this.child.signalCode;
  }

  private get gone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async remove(): Promise<void> {
    if (!this.gone) this.child.kill('SIGKILL');
    await this.exited;
    rmSync(this.folder, { recursive: true });
  }
}
