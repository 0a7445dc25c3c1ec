import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode, RolewatchError } from '../errors.js';
import { type Cluster, isAlive, SERVER_ENV } from './cluster.js';
import { freePort } from './credentials.js';

/** A server as its own lock file, postmaster.pid, describes it. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** false while it starts, recovers or stops. */
  readonly ready: boolean;
}

const POLL_MS = 20;
const STOP_LIMIT_MS = 60_000;
const LOG_LIMIT_BYTES = 5_000_000;
/** A server that starts has its lock file written long before. */
const HALF_WRITTEN_MS = 10_000;

/** Reasons to look again: another process is faster, or the backends of a killed server have not gone yet. */
const TRY_AGAIN = [
  'lock file "postmaster.pid" already exists',
  'lock file "postmaster.pid" is empty',
  'pre-existing shared memory block',
];
const PORT_TAKEN = 'could not bind';

/** The server of a cluster, if one runs. A lock file whose process is dead, or is another program's by now, counts for nothing. */
export function findServer(cluster: Cluster): Server | undefined {
  const text = readLockFile(cluster);
  if (text === undefined) return undefined;
  // lines as in PostgreSQL's pidfile.h: 1 pid, 4 port, 8 status
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !commandOf(pid).includes(cluster.folder)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7] === 'ready' };
}

function lockFile(cluster: Cluster): string {
  return join(cluster.folder, 'postmaster.pid');
}

function readLockFile(cluster: Cluster): string | undefined {
  return readIfThere(lockFile(cluster));
}

/** Asking first whether it is there would be too late: a server that stops meanwhile takes both files with it. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // ESRCH: the process went between opening its file and reading it
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

function commandOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    return readIfThere(`/proc/${pid}/cmdline`) ?? '';
  }
  return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout;
}

/**
 * Starts the server as a process of its own, which outlives this one and hears no Ctrl-C of its terminal.
 * Resolves when it is ready, or when it gave way to another: look again with findServer.
 */
export async function startServer(cluster: Cluster): Promise<void> {
  removeStaleLock(cluster);
  const failure = await start(cluster, cluster.credentials.port);
  if (failure?.includes(PORT_TAKEN)) await refuseFailure(cluster, await start(cluster, await freePort()));
  else await refuseFailure(cluster, failure);
}

async function refuseFailure(cluster: Cluster, failure: string | undefined): Promise<void> {
  if (failure === undefined) return;
  if (!TRY_AGAIN.some((reason) => failure.includes(reason))) {
    throw new RolewatchError(
      'embedded-postgres',
      `PostgreSQL under ${cluster.folder} did not start (${cluster.logFile}): ${failure}`,
    );
  }
  await delay(10 * POLL_MS);
}

/** @returns what the server said, if it ended instead of becoming ready */
async function start(cluster: Cluster, port: number): Promise<string | undefined> {
  const { file, args } = cluster.runner.command('postgres', [
    '-D',
    cluster.folder,
    ...settings(cluster, port),
  ]);
  const log = openLog(cluster.logFile);
  const begin = statSync(cluster.logFile).size;
  const child = spawn(file, args, {
    ...cluster.runner.account,
    env: SERVER_ENV,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', log],
  });
  closeSync(log);
  const begun = { failure: undefined as string | undefined };
  child.once('error', (error) => (begun.failure = error.message));
  const onExit = (): void => void (begun.failure ??= textFrom(cluster.logFile, begin));
  child.once('exit', onExit);
  while (begun.failure === undefined) {
    const server = findServer(cluster);
    if (server?.ready && server.pid === child.pid) break;
    await delay(POLL_MS);
  }
  child.off('exit', onExit); // a server that was ready and stops later has not failed to start, and its folder may be gone by then
  child.unref();
  return begun.failure;
}

function textFrom(file: string, byte: number): string {
  return Buffer.from(readIfThere(file) ?? '')
    .subarray(byte)
    .toString()
    .trim();
}

function settings(cluster: Cluster, port: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    max_connections: 100,
    shared_buffers: '128MB',
    ...(cluster.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) truncateSync(file);
  return openSync(file, 'a', 0o600);
}

/**
 * PostgreSQL itself takes the lock file of a dead process for what it is; not so one whose process id is another
 * program's by now, nor one that was never written. Nothing else is removed: it may be that of a server which another
 * of us started this very moment.
 */
function removeStaleLock(cluster: Cluster): void {
  const text = readLockFile(cluster);
  if (text === undefined || findServer(cluster) !== undefined) return;
  const stale = text === '' ? isOld(lockFile(cluster)) : isAlive(Number.parseInt(text, 10));
  if (stale) rmSync(lockFile(cluster), { force: true });
}

function isOld(file: string): boolean {
  const written = statSync(file, { throwIfNoEntry: false });
  return written !== undefined && Date.now() - written.mtimeMs > HALF_WRITTEN_MS;
}

/** Ends the server in order, without waiting for sessions that are still open. */
export async function stopServer(cluster: Cluster, { pid }: Server): Promise<void> {
  const giveUp = performance.now() + STOP_LIMIT_MS;
  process.kill(pid, 'SIGINT');
  while (findServer(cluster)?.pid === pid) {
    if (performance.now() > giveUp) {
      throw new RolewatchError(
        'embedded-postgres',
        `PostgreSQL under ${cluster.folder} (process ${pid}) does not stop (${cluster.logFile})`,
      );
    }
    await delay(POLL_MS);
  }
}
