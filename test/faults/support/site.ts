/** One installation: a small company's simulated server, a mail sink, a configuration, and the product's own command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EpmmServer } from '../../../demo/estate/epmm-server.js';
import type { Estate } from '../../../demo/estate/estate.js';
import { Mailbox } from '../../../demo/mailbox.js';
import { COMMANDS } from '../../../src/commands.js';
import { loadConfig } from '../../../src/config.js';
import { runCommandLine } from '../../../src/platform/command/run-command-line.js';
import { Database } from '../../../src/platform/database.js';
import { Log } from '../../../src/platform/log.js';
import { openDatabase } from '../../../src/platform/open-database.js';
import { addAdmin, addPerson, GLOBAL, OFFICE, village } from '../../medium/pipeline/village.js';
import { within } from '../../support/waiting.js';

export interface Addresses {
  readonly ownerUrl: string;
  readonly appUrl: string;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both streams, in order. */
  readonly said: string;
  /** What it answered: standard output alone. */
  readonly answer: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  said(): string;
}

const BIN = join(__dirname, '../../../bin/rolewatch.js');
const KEY = Buffer.alloc(32, 1).toString('base64');

/** What any command ends in, whatever happens to it: a database that is away is waited for as long as a lease holds. */
const COMMAND_ENDS_IN_S = 240;

export class Site {
  private days = 0;

  private constructor(
    readonly folder: string,
    readonly server: EpmmServer,
    readonly mailbox: Mailbox,
    /** Where the product finds its database. */
    public database: Addresses,
    /** Where the test finds it, past everything that stands between. */
    readonly direct: Addresses,
  ) {}

  static async open(database: Addresses, direct: Addresses = database): Promise<Site> {
    const folder = mkdtempSync(join(tmpdir(), 'rolewatch-site-'));
    const server = await EpmmServer.start(village());
    const mailbox = await Mailbox.start({ folder: join(folder, 'mail') });
    const site = new Site(folder, server, mailbox, database, direct);
    site.configure({});
    return site;
  }

  get estate(): Estate {
    return this.server.estate;
  }

  get configFile(): string {
    return join(this.folder, 'rolewatch.yaml');
  }

  configure({
    names = ['hq'],
    schedule,
    more = '',
  }: {
    names?: readonly string[];
    schedule?: string;
    more?: string;
  }): void {
    // prettier-ignore
    const sources = names.map(
      (name) => `  - name: ${name}
    kind: ivanti-epmm
    url: ${this.server.url}
    username: ${this.server.username}
    password: { env: HQ_PASSWORD }
    pageSize: 5
${schedule === undefined ? '' : `    schedule: '${schedule}'\n`}`,
    );
    writeFileSync(
      this.configFile,
      `sources:
${sources.join('')}
alerts:
  smtp: { host: 127.0.0.1, port: ${this.mailbox.port}, security: none, from: rolewatch@example.com }
  routes: [{ severity: high, to: [security@example.com] }]
server: { port: 0 }
${more}`,
    );
  }

  /** Somebody comes with a right worth telling, a directory grows, and somebody of three days ago goes. */
  nextDay(): void {
    const day = ++this.days;
    addAdmin(this.estate, `temp${day}`, [GLOBAL, 7]);
    addPerson(this.estate, `Person${day}`, OFFICE);
    if (day > 3) this.estate.removeAdmin(`temp${day - 3}`);
  }

  /** What an operator types, in this process. */
  async rolewatch(...argv: string[]): Promise<Ended> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const [out, err] = [text(stdout), text(stderr)];
    process.env['HQ_PASSWORD'] = this.server.password;
    const running = runCommandLine({
      commands: COMMANDS,
      version: '0',
      argv: [...argv, '--config', this.configFile],
      streams: { stdout, stderr },
      loadConfig,
      openDatabase: () =>
        openDatabase({
          dataDir: this.folder,
          env: this.environment,
          log: Log.to({ write: () => undefined }),
        }),
    });
    const status = await within(`the end of rolewatch ${argv.join(' ')}`, running, COMMAND_ENDS_IN_S);
    stdout.end();
    stderr.end();
    const answer = await out;
    return { status, signal: null, said: answer + (await err), answer };
  }

  /** The same in a process of its own, which must end by itself. @param before a program that starts it, with its arguments */
  spawn(argv: readonly string[], before: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Started {
    const started = this.start([...before, process.execPath, BIN, ...argv, '--config', this.configFile], env);
    const overdue = setTimeout(() => started.child.kill('SIGKILL'), COMMAND_ENDS_IN_S * 1_000);
    const ended = started.ended.finally(() => clearTimeout(overdue));
    return { ...started, ended };
  }

  /** Any program, with what the product needs to know in its environment. */
  start([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], ...this.environment, HQ_PASSWORD: this.server.password, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let answer = '';
    child.stdout.on('data', (chunk) => (answer += String(chunk)));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const ended = once(child, 'close').then((): Ended => ({
      status: child.exitCode,
      signal: child.signalCode,
      said,
      answer,
    }));
    return { child, ended, said: () => said };
  }

  /** Asks the database directly. */
  async query<R extends object>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    const db = new Database({ url: this.direct.ownerUrl, maxConnections: 1 });
    try {
      return await db.query<R>(sql, params);
    } finally {
      await db.close();
    }
  }

  /** Leases of whoever was cut off run out, without the wait of up to five minutes. */
  async leasesRunOut(): Promise<void> {
    await this.query(`UPDATE slot SET lease_until = clock_timestamp() WHERE lease_until > clock_timestamp()`);
    await this.query(
      `UPDATE outbox SET lease_until = clock_timestamp() WHERE lease_until > clock_timestamp()`,
    );
    // and so do the pauses before what is tried again
    await this.query(
      `UPDATE judgement_due SET lease_until = least(lease_until, clock_timestamp()), due_at = clock_timestamp()`,
    );
    await this.query(`UPDATE outbox SET due_at = clock_timestamp() WHERE state = 'pending'`);
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.mailbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get environment(): NodeJS.ProcessEnv {
    const { ownerUrl, appUrl } = this.database;
    return { MIGRATE_DATABASE_URL: ownerUrl, DATABASE_URL: appUrl, ROLEWATCH_KEY: KEY, LOG_LEVEL: 'warn' };
  }
}
