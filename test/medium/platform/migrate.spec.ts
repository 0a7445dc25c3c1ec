import { cp, mkdtemp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { connectAlone } from '../../../src/platform/connect.js';
import { migrate } from '../../../src/platform/migrate.js';
import { projectFile } from '../../../src/platform/project-files.js';
import { appendAction } from '../../../src/accounts/action-log.store.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import { emptyDatabase, type TestDatabase } from '../../support/database.js';
import { NO_RULES } from '../../support/no-rules.js';

const JOURNAL = '20261125050000_journal';

let test: TestDatabase;
let folder: string;
let owner: pg.Client;

beforeEach(async () => {
  test = await emptyDatabase();
  owner = await connectAlone(test.ownerUrl);
  folder = await mkdtemp(join(tmpdir(), 'rolewatch-migrate-'));
  await cp(projectFile('prisma'), folder, { recursive: true });
});
afterEach(async () => {
  await owner.end();
  await test.drop();
  await rm(folder, { recursive: true });
});

const run = (): Promise<unknown> => migrate({ url: test.ownerUrl, folder });

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, 'migrations', name), { recursive: true });
  await writeFile(join(folder, 'migrations', name, 'migration.sql'), sql);
}

/** As the version before the journal was: without it, and without what came after. @returns what brings it all back */
async function holdBack(): Promise<() => Promise<void>> {
  const migrations = join(folder, 'migrations');
  const names = (await readdir(migrations)).filter((name) => name >= JOURNAL && name < 'a');
  await mkdir(join(folder, 'later'));
  for (const name of names) await rename(join(migrations, name), join(folder, 'later', name));
  const file = join(folder, 'grants.sql');
  const grants = await readFile(file, 'utf8');
  const older = grants
    .replace(/^GRANT .* ON "hint" .*$/m, '')
    .replace(/, delete_past_store\(text, integer\)/, '');
  await writeFile(file, older);
  return async () => {
    for (const name of names) await rename(join(folder, 'later', name), join(migrations, name));
    await writeFile(file, grants);
  };
}

async function applied(): Promise<string[]> {
  const { rows } = await owner.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations ORDER BY migration_name',
  );
  return rows.map((row) => row.migration_name);
}

describe('migrating', () => {
  it('applies what is missing, once', async () => {
    const first = await migrate({ url: test.ownerUrl, folder });
    expect(first.applied).toContain('20261122000000_init');
    expect(first).toMatchObject({ appRole: true, canDrop: true });
    expect((await migrate({ url: test.ownerUrl, folder })).applied).toEqual([]);
    expect(await applied()).toEqual(first.applied);
  });

  it('takes what an older version wrote under the journal', async () => {
    const later = await holdBack();
    await run();
    await test.db.transaction(async (tx) => {
      await tx.execute("INSERT INTO source (name, kind) VALUES ('hq', 'ivanti-epmm'), ('vm', 'ivanti-epmm')");
      await tx.execute("INSERT INTO slot (source, due_at, trigger) VALUES ('hq', now(), 'manual')");
      await appendAction(tx, { actor: 'os:test', action: 'one', detail: {} });
    });
    await later();
    await run();
    const check = (): ReturnType<typeof fsck> =>
      fsck(test.db, {
        rulebook: NO_RULES,
        signal: new AbortController().signal,
        progress: () => undefined,
      });
    const { sound, checks } = await check();
    expect(sound).toBe(true);
    expect(checks.find((one) => one.check === 'journal')?.notes).toEqual([
      expect.stringMatching(
        /vouches for 4 rows only since .*, when it found them \(action_log 1, slot 1, source 2\)/,
      ),
    ]);
    await owner.query('ALTER TABLE source DISABLE TRIGGER USER');
    await owner.query("UPDATE source SET kind = 'else' WHERE name = 'vm'");
    await owner.query('ALTER TABLE source ENABLE TRIGGER USER');
    expect((await check()).checks.find((one) => one.check === 'journal')?.first).toMatchObject({
      table: 'source',
      key: { name: 'vm' },
    });
  });

  it('lets one of several work, and the others find it done', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate({ url: test.ownerUrl, folder })));
    expect(results.filter((result) => result.applied.length > 0)).toHaveLength(1);
    expect(new Set(await applied()).size).toBe((await applied()).length);
  });

  it('announces that it waits for another process', async () => {
    await owner.query('SELECT pg_advisory_lock(72707369)');
    const waited = await new Promise<boolean>((resolve, reject) => {
      let announced = false;
      const onWait = (): void => {
        announced = true;
        owner.query('SELECT pg_advisory_unlock(72707369)').catch(reject);
      };
      migrate({ url: test.ownerUrl, folder, onWait }).then(() => resolve(announced), reject);
    });
    expect(waited).toBe(true);
  });

  it('keeps nothing of a migration that fails, names it, and goes on when the cause is removed', async () => {
    await addMigration('29990101000000_bad', 'CREATE TABLE half (n int);\nINSERT INTO nowhere VALUES (1);');
    await expect(run()).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringMatching(
        /29990101000000_bad failed at line 2: relation "nowhere" does not exist/,
      ),
    });
    expect((await owner.query("SELECT to_regclass('half') AS half")).rows).toEqual([{ half: null }]);
    await addMigration('29990101000000_bad', 'CREATE TABLE half (n int);');
    await run();
    expect(await applied()).toContain('29990101000000_bad');
  });

  it('does not wait for ever for a table that is being copied, with all others behind it', async () => {
    await run();
    await addMigration('29990101000000_wider', 'ALTER TABLE snapshot ADD COLUMN more int');
    await owner.query('BEGIN; LOCK TABLE snapshot IN ACCESS SHARE MODE');
    await expect(migrate({ url: test.ownerUrl, folder, lockTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('somebody has a table that it changes'),
    });
    await owner.query('ROLLBACK');
    await run();
    expect(await applied()).toContain('29990101000000_wider');
  });

  it('refuses an applied migration whose file was changed, naming the file', async () => {
    await addMigration('29990101000000_more', 'CREATE TABLE more (n int);\n');
    await run();
    await addMigration('29990101000000_more', 'CREATE TABLE more (n bigint);\n');
    await expect(run()).rejects.toMatchObject({
      code: 'migration-changed',
      message: expect.stringContaining(join(folder, 'migrations', '29990101000000_more', 'migration.sql')),
    });
  });

  it('does not mind line endings that a checkout has turned', async () => {
    await addMigration('29990101000000_more', 'CREATE TABLE more (\n  n int\n);\n');
    await run();
    await addMigration('29990101000000_more', 'CREATE TABLE more (\r\n  n int\r\n);\r\n');
    await expect(run()).resolves.toMatchObject({ applied: [] });
  });

  it('refuses a database that a newer program has used, before it touches anything', async () => {
    await addMigration('29990101000000_newer', 'CREATE TABLE newer (n int);');
    await run();
    await rm(join(folder, 'migrations', '29990101000000_newer'), { recursive: true });
    await addMigration('29980101000000_ours', 'CREATE TABLE ours (n int);');
    await expect(run()).rejects.toMatchObject({
      code: 'schema-newer',
      message: expect.stringContaining('29990101000000_newer'),
    });
    expect(await applied()).not.toContain('29980101000000_ours');
  });

  it('says how to recover where another tool left a migration unfinished', async () => {
    await run();
    await addMigration('29990101000000_more', 'CREATE TABLE more (n int);');
    await owner.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '29990101000000_more')",
    );
    await expect(run()).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('migrate resolve --rolled-back 29990101000000_more'),
    });
    await owner.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'x'");
    await expect(run()).resolves.toMatchObject({ applied: ['29990101000000_more'] });
  });

  it('says where it tried to connect, and never the password', async () => {
    const url = 'postgresql://somebody:pa55word@127.0.0.1:1/nothing';
    await expect(migrate({ url })).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringMatching(/^(?!.*pa55word).*127\.0\.0\.1:1\/nothing.*ECONNREFUSED/),
    });
  });

  it('takes back a right that is no longer in the grants', async () => {
    await run();
    await owner.query('GRANT DELETE ON snapshot TO rolewatch_app');
    await run();
    await expect(test.db.query('DELETE FROM snapshot')).rejects.toMatchObject({ code: '42501' });
  });
});
