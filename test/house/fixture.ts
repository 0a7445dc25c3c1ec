import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const PROJECT = resolve(__dirname, '../..');

/** A small project of its own in a temporary folder. */
export interface Fixture {
  readonly folder: string;
  remove(): void;
}

export function writeFixture(files: Readonly<Record<string, string>>): Fixture {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a tool of this project inside a fixture and parses the JSON it prints, whatever it exits with. */
export function runTool(fixture: Fixture, script: string, args: readonly string[]): unknown {
  const run = spawnSync(process.execPath, [join(PROJECT, 'node_modules', script), ...args], {
    cwd: fixture.folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  try {
    return JSON.parse(run.stdout);
  } catch (error) {
    throw new Error(`${script} printed no JSON: ${run.stderr}${run.stdout.slice(0, 2000)}`, { cause: error });
  }
}
