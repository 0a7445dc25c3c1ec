import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CommandSpec } from '../../../src/platform/command/command.js';
import { runCommandLine } from '../../../src/platform/command/run-command-line.js';
import { OpenDatabase } from '../../../src/platform/open-database.js';
import { FOR_EVER } from '../../../src/runs/retention/retention-config.js';
import type { AccountsOfSources } from '../../../src/snapshots/own-account.js';
import type { TestDatabase } from '../../support/database.js';

const CONFIG = { sources: [{ name: 'hq', username: 'boss' }], retention: FOR_EVER };

/** What a command line says and how it ends, against a real database. */
export async function typed(
  database: TestDatabase,
  command: CommandSpec<AccountsOfSources>,
  ...argv: string[]
): Promise<{ exitCode: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const opened = Object.assign(Object.create(OpenDatabase.prototype) as OpenDatabase, {
    db: database.db,
    close: async () => undefined,
  });
  const exitCode = await runCommandLine<AccountsOfSources>({
    commands: [command],
    version: '0',
    argv: [...command.name.split(' '), ...argv],
    streams: { stdout, stderr },
    loadConfig: async () => CONFIG,
    openDatabase: async () => opened,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { exitCode, out, err };
}
