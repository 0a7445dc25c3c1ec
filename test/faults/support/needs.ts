import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's package of each program that a fault test uses beside Node. */
const packages = { strace: 'strace', faketime: 'faketime', mount: 'mount', openssl: 'openssl' } as const;

export type Program = keyof typeof packages;

/** What a program may also need is a right that the machine withholds; installing does not help. */
const RIGHTS: Partial<Record<Program, { readonly to: string; readonly held: () => boolean }>> = {
  strace: { to: 'trace processes', held: () => succeeds('strace', ['-qq', '-o', '/dev/null', 'true']) },
  mount: { to: 'mount file systems', held: mayMount },
};

const succeeds = (file: string, args: readonly string[]): boolean => spawnSync(file, args).status === 0;

const isThere = (program: Program): boolean => succeeds('sh', ['-c', `command -v ${program}`]);

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'rolewatch-mount-'));
  const mounted = succeeds('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  if (mounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return mounted;
}

/**
 * `describe`; where a program is missing a skipped one whose name says which package brings it, and a failed one under
 * CI; where only the right to use it is missing, a skipped one that says so, under CI too.
 */
export function describeWith(programs: readonly Program[]): (name: string, body: () => void) => void {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0) {
    const needs = `needs: apt-get install ${missing.map((program) => packages[program]).join(' ')}`;
    return (name) => {
      if (process.env.CI) it(name, () => expect(needs).toBe('met'));
      else it.skip(`${name} (${needs})`, () => undefined);
    };
  }
  const withheld = programs.flatMap((program) => RIGHTS[program] ?? []).filter(({ held }) => !held());
  if (withheld.length === 0) return describe;
  const not = withheld.map(({ to }) => to).join(' and ');
  return (name) => it.skip(`${name} (this machine does not let us ${not})`, () => undefined);
}
