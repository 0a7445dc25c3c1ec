/** A key file that was lost is made anew: nothing is signed with it unless a person says so, and reading goes on. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { evidenceCreateCommand } from '../../../src/evidence/evidence-create.command.js';
import { evidenceKeyCommand } from '../../../src/evidence/evidence-key.command.js';
import { ServeEvidence } from '../../../src/evidence/serve-evidence.job.js';
import type { CommandSpec } from '../../../src/platform/command/command.js';
import { runCommandLine } from '../../../src/platform/command/run-command-line.js';
import { Log } from '../../../src/platform/log.js';
import { OpenDatabase } from '../../../src/platform/open-database.js';
import { loadTagKeys } from '../../../src/platform/tag-key.store.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import type { AccountsOfSources } from '../../../src/snapshots/own-account.js';
import type { Site } from '../../../src/snapshots/site.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, space } from '../fsck/company.js';
import { plant } from '../fsck/planted-store.js';

const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const COMMANDS: readonly CommandSpec<AccountsOfSources>[] = [
  evidenceKeyCommand,
  evidenceCreateCommand<AccountsOfSources>((kind) => riskTiersOf(kind)),
];

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'rolewatch-key-'));
  await openedWith(OLD);
  await plant(database, 'hq', [{ records: [space(1, 'Global'), ...catalogue(), admin('boss', { 1: [1] })] }]);
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

/** As at every start. */
async function openedWith(key: Buffer): Promise<OpenDatabase> {
  const { db } = database;
  const tagKeys = await loadTagKeys(db, key, Log.to({ write: () => undefined }));
  // the command that ends would close what the test goes on with
  return Object.assign(new OpenDatabase(db, tagKeys, false, key), { close: async () => undefined });
}

async function typed(key: Buffer, ...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const opened = await openedWith(key);
  const exitCode = await runCommandLine<AccountsOfSources>({
    ...{ commands: COMMANDS, version: '0', argv, streams: { stdout, stderr } },
    loadConfig: async () => ({ sources: [{ name: 'hq', username: 'boss' }] }),
    openDatabase: async () => opened,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { exitCode, out, err };
}

const create = (key: Buffer, name: string) =>
  typed(key, 'evidence', 'create', 'hq', '--out', join(folder, name));
/** What it answers, or how it fails. */
async function fingerprint(key: Buffer, ...more: string[]): Promise<{ fingerprint?: string }> {
  const { out, err } = await typed(key, 'evidence', 'key', '--json', ...more);
  return JSON.parse(out || err) as { fingerprint?: string };
}

it.each([['once something was signed'], ['before anything was signed']])(
  'nothing is signed with another key, %s, and the old one still counts',
  async (when) => {
    const { fingerprint: old } = await fingerprint(OLD);
    if (when.startsWith('once')) expect((await create(OLD, 'first.zip')).exitCode).toBe(0);
    const { exitCode, err } = await create(NEW, 'second.zip');
    expect([exitCode, existsSync(join(folder, 'second.zip'))]).toEqual([1, false]);
    expect(err).toMatch(/put the old one back .* evidence key --new-key --reason/);
    if (when.startsWith('once')) expect(err).toContain(old);
    expect(await fingerprint(NEW)).toMatchObject({ error: { code: 'key-changed' } });
    const service = new ServeEvidence(await openedWith(NEW), {} as Site);
    await expect(service.publicKey()).rejects.toMatchObject({ code: 'key-changed' });
    await expect(service.bundle('hq', {}, 'a token')).rejects.toMatchObject({ code: 'key-changed' });

    expect((await create(OLD, 'third.zip')).exitCode).toBe(0);
    expect(await fingerprint(OLD)).toMatchObject({ fingerprint: old });
  },
);

it('a person says that another key counts from now on: once, with a reason, in the log', async () => {
  const { fingerprint: old } = await fingerprint(OLD);
  await create(OLD, 'first.zip');
  expect((await typed(NEW, 'evidence', 'key', '--new-key')).err).toContain('go together');
  const { fingerprint: now } = await fingerprint(NEW, '--new-key', '--reason', 'the disk was lost');
  expect(now).not.toBe(old);
  expect(await database.db.query(`select action, detail from action_log order by id desc limit 1`)).toEqual([
    { action: 'evidence-key-changed', detail: { signedBy: now, before: old, reason: 'the disk was lost' } },
  ]);
  expect((await create(NEW, 'second.zip')).exitCode).toBe(0);
  expect((await typed(NEW, 'evidence', 'key', '--new-key', '--reason', 'again')).err).toContain(
    'nothing has changed',
  );
  expect(await fingerprint(OLD)).toMatchObject({ error: { code: 'key-changed' } });
});
