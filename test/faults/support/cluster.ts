/** A PostgreSQL cluster of its own, with everything that a machine room does to one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAlone } from '../../../src/platform/connect.js';
import { locateBinaries } from '../../../src/platform/embedded-postgres/binaries.js';
import { SERVER_ENV } from '../../../src/platform/embedded-postgres/cluster.js';
import { freePort } from '../../../src/platform/embedded-postgres/credentials.js';
import { type Runner, unprivileged } from '../../../src/platform/embedded-postgres/unprivileged.js';
import { until, within } from '../../support/waiting.js';

export type ClusterRole = 'postgres' | 'rolewatch_owner' | 'rolewatch_login';

/** Without fsync: a kill of the processes loses nothing that the kernel has, only a loss of power would. */
const SETTINGS: Readonly<Record<string, string | number>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  max_connections: 40,
  wal_keep_size: '64MB',
};

export interface ClusterOptions {
  /** Made, or empty; by default in the temporary folder. */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

export class Cluster {
  private process: ChildProcess | undefined;

  private constructor(
    readonly base: string,
    readonly port: number,
    private readonly runner: Runner,
  ) {}

  /** A running cluster with an owner, a login and an empty database. */
  static async create({ folder, settings = {} }: ClusterOptions = {}): Promise<Cluster> {
    const base = folder ?? mkdtempSync(join(tmpdir(), 'rolewatch-cluster-'));
    const runner = unprivileged(locateBinaries());
    const cluster = new Cluster(base, await freePort(), runner);
    runner.handOver(base);
    mkdirSync(cluster.data, { mode: 0o700 });
    runner.handOver(cluster.data);
    cluster.run('initdb', ['-D', cluster.data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C']); // prettier-ignore
    cluster.configure(settings);
    await cluster.start();
    await cluster.sql('CREATE ROLE rolewatch_owner LOGIN CREATEROLE');
    await cluster.sql('CREATE ROLE rolewatch_login LOGIN');
    await cluster.sql('CREATE DATABASE rolewatch OWNER rolewatch_owner');
    return cluster;
  }

  get data(): string {
    return join(this.base, 'data');
  }

  get running(): boolean {
    return this.process !== undefined;
  }

  /** @param port another one, where something stands between */
  url(role: ClusterRole, port = this.port): string {
    return `postgresql://${role}@127.0.0.1:${port}/${role === 'postgres' ? 'postgres' : 'rolewatch'}`;
  }

  /** What the server wrote to its log. */
  get log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  /** Takes effect at the next start. */
  configure(settings: Readonly<Record<string, string | number>>): void {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    appendFileSync(join(this.data, 'postgresql.auto.conf'), lines.join(''));
  }

  /** One statement as the superuser. */
  async sql<R extends object>(
    text: string,
    params: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<R[]> {
    // prettier-ignore
    const client = await connectAlone(`postgresql://postgres@127.0.0.1:${this.port}/${database}`);
    try {
      return (await client.query<R>(text, [...params])).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Returns when it answers: after a crash, when it has replayed its log. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries++) {
      if (await this.startOnce()) return;
      // the backends of a killed server take a moment to go
      if (tries === 20) throw new Error(`the cluster did not start:\n${this.log.slice(-2_000)}`);
      await sleep(200);
    }
  }

  private async startOnce(): Promise<boolean> {
    const values = Object.entries({ ...SETTINGS, port: this.port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]); // prettier-ignore
    const { file, args } = this.runner.command('postgres', ['-D', this.data, ...values]);
    const log = openSync(this.logFile, 'a');
    const started = spawn(file, args, {
      ...this.runner.account,
      env: SERVER_ENV,
      cwd: '/',
      stdio: ['ignore', 'ignore', log],
    });
    this.process = started;
    started.once('exit', () => {
      if (this.process === started) this.process = undefined;
    });
    const ready = (): boolean => ['ready', 'standby'].includes(this.status());
    const said = (): string => this.log.slice(-2_000);
    await until('a cluster that is ready', () => this.process !== started || ready(), 60, said);
    return this.process === started;
  }

  /** As it says of itself in its lock file. */
  private status(): string {
    try {
      const lines = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === this.process?.pid ? (lines[7]?.trim() ?? '') : '';
    } catch {
      return '';
    }
  }

  /** The power fails: every process is gone at once. */
  async crash(): Promise<void> {
    await this.signalAll('SIGKILL');
    await this.ended();
  }

  /** One backend dies as if by a fault of PostgreSQL: the server ends all others and recovers by itself. */
  async crashBackends(): Promise<void> {
    const backends = await this.sql<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    for (const { pid } of backends.slice(0, 1)) process.kill(pidOutside(this.children(), pid), 'SIGKILL');
  }

  async stop(): Promise<void> {
    if (this.process === undefined) return;
    this.process.kill('SIGINT');
    await this.ended();
  }

  /** Stopped, but not dead: connections stay open and nobody answers. */
  async freeze(): Promise<void> {
    await this.signalAll('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.signalAll('SIGCONT');
  }

  /** Ends every session of the product. @returns how many there were */
  async terminateSessions(): Promise<number> {
    const [row] = await this.sql<{ n: number }>(
      `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
        WHERE datname = 'rolewatch' AND backend_type = 'client backend'`,
    );
    return row?.n ?? 0;
  }

  /** A running copy that follows this cluster, which is stopped for the copy. */
  async standby(name: string): Promise<Cluster> {
    await this.stop();
    const base = mkdtempSync(join(tmpdir(), `rolewatch-${name}-`));
    this.runner.handOver(base);
    const copy = new Cluster(base, await freePort(), this.runner);
    // with owners and modes as they are: PostgreSQL refuses a folder that others can read
    execFileSync('cp', ['-a', this.data, copy.data]);
    writeFileSync(join(copy.data, 'standby.signal'), '');
    this.runner.handOver(join(copy.data, 'standby.signal'));
    copy.configure({
      primary_conninfo: `host=127.0.0.1 port=${this.port} user=postgres application_name=${name}`,
    });
    await this.start();
    await copy.start();
    return copy;
  }

  /** A standby hears nothing more of its primary: it lags behind. */
  async unfollow(): Promise<void> {
    await this.sql(`ALTER SYSTEM SET primary_conninfo = ''`);
    await this.sql('SELECT pg_reload_conf()');
    const receivers = (): Promise<object[]> => this.sql('SELECT FROM pg_stat_wal_receiver');
    await until('a standby that hears nothing', async () => (await receivers()).length === 0);
  }

  async promote(): Promise<void> {
    await this.sql('SELECT pg_promote(true, 60)');
  }

  /** Ends what runs, without grace, and removes everything. */
  async destroy(): Promise<void> {
    if (this.process !== undefined) {
      await this.signalAll('SIGCONT');
      await this.crash();
    }
    rmSync(this.base, { recursive: true, force: true });
  }

  private get logFile(): string {
    return join(this.base, 'postgres.log');
  }

  private run(program: string, programArgs: readonly string[]): void {
    const { file, args } = this.runner.command(program, programArgs);
    execFileSync(file, args, { ...this.runner.account, env: SERVER_ENV, cwd: '/', stdio: 'pipe' });
  }

  private async signalAll(signal: NodeJS.Signals): Promise<void> {
    const { pid } = this.process ?? {};
    if (pid === undefined) return;
    // the postmaster first, so that it starts no more
    for (const one of [pid, ...this.children()]) {
      try {
        process.kill(one, signal);
      } catch {
        // it ended by itself
      }
    }
    await sleep(0);
  }

  private children(): number[] {
    const pid = this.process?.pid ?? 0;
    try {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number); // prettier-ignore
    } catch {
      return [];
    }
  }

  private async ended(): Promise<void> {
    const running = this.process;
    if (running?.exitCode === null && running.signalCode === null)
      await within('the end of a cluster', once(running, 'exit'));
    this.process = undefined;
  }
}

/** The process id as the superuser of a namespace sees it may be another one than ours; without one they are equal. */
function pidOutside(children: readonly number[], pid: number): number {
  if (children.includes(pid)) return pid;
  throw new Error(`process ${pid} is no child of the server`);
}
