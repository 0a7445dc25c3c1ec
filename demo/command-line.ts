/** Runs `rolewatch` inside the demo's process: the same commands, frame and texts as in a terminal. */
import { Writable } from 'node:stream';
import { COMMANDS } from '../src/commands.js';
import { loadConfig } from '../src/config.js';
import { runCommandLine } from '../src/platform/command/run-command-line.js';
import { programVersion } from '../src/platform/command/version.js';
import { type OpenDatabase, openDatabase } from '../src/platform/open-database.js';
import type { DemoFolder } from './folder.js';
import { say, typed } from './text.js';

export interface Shown {
  /** Also what a command says while it works. */
  readonly progress?: boolean;
  /** Only so many lines of the result, as `| head` would show. */
  readonly head?: number;
}

/**
 * Shows a command as typed, runs it, and shows what it says.
 * @param argv without `--data` and `--config`
 * @returns the exit code of the command
 */
export async function rolewatch(
  { data, config }: DemoFolder,
  argv: readonly string[],
  { progress = false, head }: Shown = {},
): Promise<number> {
  say(`${typed(argv)}${head === undefined ? '' : ` | head -${head}`}`);
  return runCommandLine({
    commands: COMMANDS,
    version: programVersion(),
    argv: [...argv, '--data', data, '--config', config],
    streams: { stdout: screen(true, head), stderr: screen(progress) },
    loadConfig,
    openDatabase: openDemoDatabase,
  });
}

/** The folder's own server, also where DATABASE_URL names another one. */
export function openDemoDatabase(dataDir: string): Promise<OpenDatabase> {
  return openDatabase({ dataDir, env: {} });
}

/** A stream of its own for each command, since each command listens for faults of its streams. */
function screen(isTTY: boolean, head = Infinity): Writable & { readonly isTTY: boolean } {
  let left = head;
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      const lines = text.replace(/\n$/, '').split('\n').slice(0, left);
      left -= lines.length;
      if (lines.length > 0) say(lines.join('\n'));
      done();
    },
  });
  return Object.assign(stream, { isTTY });
}
