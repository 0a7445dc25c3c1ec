import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readlinkSync, statSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { hasCode, messageOf, RolewatchError } from '../errors.js';
import { locateBinaries } from './binaries.js';
import { type Credentials, credentialsOf, type Role } from './credentials.js';
import { isReachable, type Runner, unprivileged } from './unprivileged.js';

/** A PostgreSQL data directory with what is needed to start it and to be let in. */
export interface Cluster {
  /** PostgreSQL's own data directory, without symbolic links. */
  readonly folder: string;
  readonly logFile: string;
  readonly runner: Runner;
  readonly credentials: Credentials;
  /** false gives up crash safety for speed: for tests. */
  readonly durable: boolean;
}

/** Nothing of the caller's environment may reach the server: locale and time zone would end up in the data. */
export const SERVER_ENV = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };

/** Finds, or makes, the cluster under `<dataDir>/postgres`. Several processes may do so at the same moment. */
export async function openCluster(dataDir: string, durable: boolean): Promise<Cluster> {
  const base = resolve(dataDir);
  await makeFolder(base);
  const runner = unprivileged(locateBinaries());
  const credentials = await credentialsOf(base);
  const place = join(base, 'postgres');
  if (!existsSync(place)) await create(place, runner, credentials, durable);
  return { folder: await realpath(place), logFile: join(base, 'postgres.log'), runner, credentials, durable };
}

/**
 * Folder by folder: asked to make all of them, Node goes round for ever where a file system takes none, as /proc does.
 * @throws RolewatchError embedded-postgres
 */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return;
    const why = `${path} cannot be made: ${messageOf(cause)}. Name another folder with --data`;
    throw new RolewatchError('embedded-postgres', why, { cause });
  }
}

/** `initdb` works in a folder of its own, which is renamed when it is whole: a half one is never seen. */
async function create(
  place: string,
  runner: Runner,
  credentials: Credentials,
  durable: boolean,
): Promise<void> {
  refuseDanglingLink(place);
  await removeAbandoned(place);
  const draft = await draftFor(place, runner);
  try {
    await initdb(draft, runner, credentials.passwords.postgres, durable);
    await (dirname(draft) === dirname(place) ? rename(draft, place) : symlink(draft, place));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // another process was faster: its cluster is as good as ours
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** A folder beside `place`; where the account cannot reach that, one in the temporary folder, which `place` will point to. */
async function draftFor(place: string, runner: Runner): Promise<string> {
  const base = dirname(place);
  const beside = runner.account === undefined || isReachable(dirname(base));
  if (beside && runner.account !== undefined) chmodSync(base, statSync(base).mode | 0o001);
  const draft = beside ? `${place}.init-${process.pid}` : mkdtempSync(join(tmpdir(), 'rolewatch-postgres-'));
  await mkdir(draft, { recursive: true, mode: 0o700 });
  runner.handOver(draft);
  return draft;
}

async function initdb(folder: string, runner: Runner, password: string, durable: boolean): Promise<void> {
  const secret = mkdtempSync(join(tmpdir(), 'rolewatch-init-'));
  try {
    const passwordFile = join(secret, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    runner.handOver(secret);
    runner.handOver(passwordFile);
    const superuser: Role = 'postgres';
    const { file, args } = runner.command('initdb', [
      ...['-D', folder, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(durable ? [] : ['--no-sync']),
    ]);
    await promisify(execFile)(file, args, { ...runner.account, env: SERVER_ENV, cwd: '/' });
  } catch (cause) {
    const said = stderrOf(cause);
    throw new RolewatchError('embedded-postgres', `PostgreSQL could not be set up under ${folder}: ${said}`, {
      cause,
    });
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
}

/** What a program said before it failed; where it could not be run at all, why. */
function stderrOf(failure: unknown): string {
  const said =
    typeof failure === 'object' && failure !== null && 'stderr' in failure
      ? String(failure.stderr).trim()
      : '';
  return said === '' ? messageOf(failure) : said;
}

function refuseDanglingLink(place: string): void {
  let target: string;
  try {
    target = readlinkSync(place);
  } catch {
    return;
  }
  throw new RolewatchError(
    'embedded-postgres',
    `the data that ${place} points to are gone (${target}): restore them, or remove the link to begin anew`,
  );
}

/** Folders left by an `initdb` whose process was killed. */
async function removeAbandoned(place: string): Promise<void> {
  const prefix = 'postgres.init-';
  for (const name of await readdir(dirname(place))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid !== process.pid && isAlive(pid)) continue;
    await rm(join(dirname(place), name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
