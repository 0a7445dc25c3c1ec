import { spawnSync } from 'node:child_process';
import { long } from './tier.js';

/** Debian's package of each program that a fault test uses beside Node. */
const packages = {
  strace: 'strace',
  faketime: 'faketime',
  unshare: 'util-linux',
  openssl: 'openssl',
} as const;

export type Program = keyof typeof packages;

const there = (program: Program): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Those that every machine has; tests with others are of the long tier. */
const USUAL: readonly Program[] = ['openssl'];

/**
 * `describe`, or, where a program is missing, a skipped one whose name says which Debian package brings it;
 * under CI that is a failure. `works` asks for more than presence, such as a right to mount.
 */
export function describeWith(
  programs: readonly Program[],
  works: () => boolean = () => true,
): (name: string, body: () => void) => void {
  if (!long && programs.some((program) => !USUAL.includes(program)))
    return (name) => it.skip(`${name} (npm run test:faults)`, () => undefined);
  const missing = programs.filter((program) => !there(program));
  if (missing.length === 0 && works()) return describe;
  const install = missing.map((program) => packages[program]).join(' ');
  const needs = install ? `needs: apt-get install ${install}` : `${programs.join(', ')}: not allowed here`;
  return (name) => {
    if (process.env.CI) it(name, () => expect(needs).toBe('met'));
    else it.skip(`${name} (${needs})`, () => undefined);
  };
}
