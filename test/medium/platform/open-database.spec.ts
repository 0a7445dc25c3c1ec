import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAlone } from '../../../src/platform/connect.js';
import { Log } from '../../../src/platform/log.js';
import { openDatabase, type OpenDatabase } from '../../../src/platform/open-database.js';
import { emptyDatabase, freshDatabase } from '../../support/database.js';
import { deafPooler } from '../../support/deaf-pooler.js';

const ROLEWATCH_KEY = randomBytes(32).toString('base64');
const log = Log.to({ write: () => undefined });
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rolewatch-open-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const open = (env: NodeJS.ProcessEnv): Promise<OpenDatabase> => openDatabase({ dataDir, env, log });

function inDatabase(name: string): string {
  const url = new URL(process.env['TEST_ADMIN_URL'] ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

async function asAdmin(...statements: string[]): Promise<void> {
  const admin = await connectAlone(process.env['TEST_ADMIN_URL'] ?? '');
  for (const statement of statements) await admin.query(statement);
  await admin.end();
}

async function userOf({ db }: OpenDatabase): Promise<string | undefined> {
  const [row] = await db.query<{ user: string }>('SELECT current_user AS "user"');
  return row?.user;
}

describe('opening the database', () => {
  it('with one address migrates, then drops to the application role', async () => {
    const test = await emptyDatabase();
    const opened = await open({ DATABASE_URL: test.ownerUrl, ROLEWATCH_KEY });
    expect(await userOf(opened)).toBe('rolewatch_app');
    expect(opened.asOwner).toBe(false);
    await expect(opened.db.query('DELETE FROM snapshot')).rejects.toMatchObject({ code: '42501' });
    await opened.close();
    await test.drop();
  });

  it('by several at once on a fresh store is nothing that anybody has to be told', async () => {
    const test = await emptyDatabase();
    const said: string[] = [];
    const env = { DATABASE_URL: test.ownerUrl, ROLEWATCH_KEY };
    const quiet = Log.to({ write: (line: string) => void said.push(line) }, 'warn');
    const all = await Promise.all([1, 2, 3].map(() => openDatabase({ dataDir, env, log: quiet })));
    expect(said).toEqual([]);
    for (const one of all) await one.close();
    await test.drop();
  });

  it('with two addresses works as the second user', async () => {
    const test = await emptyDatabase();
    const opened = await open({
      DATABASE_URL: test.appUrl,
      MIGRATE_DATABASE_URL: test.ownerUrl,
      ROLEWATCH_KEY,
    });
    expect(await userOf(opened)).toBe('rolewatch_test_app');
    expect(opened.asOwner).toBe(false);
    await opened.close();
    await test.drop();
  });

  it('does not mind how server, database and address would have it', async () => {
    const test = await emptyDatabase();
    await asAdmin(
      `ALTER DATABASE ${test.name} SET search_path = nowhere`,
      `ALTER DATABASE ${test.name} SET TimeZone = 'Asia/Kathmandu'`,
      `ALTER DATABASE ${test.name} SET DateStyle = 'SQL, DMY'`,
      `ALTER DATABASE ${test.name} SET client_encoding = 'LATIN1'`,
      `ALTER DATABASE ${test.name} SET default_transaction_isolation = 'serializable'`,
      `ALTER DATABASE ${test.name} SET array_nulls = off`,
      `ALTER DATABASE ${test.name} SET transform_null_equals = on`,
    );
    const DATABASE_URL = `${test.ownerUrl}?options=-c%20geqo%3Doff`;
    const opened = await open({ DATABASE_URL, ROLEWATCH_KEY });
    const [row] = await opened.db.query(
      `SELECT current_user AS "user", '2026-03-02T01:00:00+01'::timestamptz AS at, 'Żółć' AS name, length('Żółć') AS signs,
              current_setting('geqo') AS geqo, current_setting('transaction_isolation') AS isolation,
              $1::text[] AS texts, 1 = NULL IS NULL AS unknown`,
      [['a', null]],
    );
    const at = new Date('2026-03-02T00:00:00Z');
    const heard = { geqo: 'off', isolation: 'read committed', texts: ['a', null], unknown: true };
    expect(row).toEqual({ user: 'rolewatch_app', at, name: 'Żółć', signs: 4, ...heard });
    await opened.close();
    await test.drop();
  });

  it.each(['SQL_ASCII', 'LATIN1'])(
    'refuses a database in %s, and says what would be right',
    async (encoding) => {
      const test = await emptyDatabase();
      const name = `${test.name}_encoded`;
      await asAdmin(
        `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
      );
      const url = new URL(test.ownerUrl);
      url.pathname = `/${name}`;
      await expect(open({ DATABASE_URL: url.href, ROLEWATCH_KEY })).rejects.toMatchObject({
        code: 'database-unreachable',
        message: expect.stringMatching(new RegExp(`encoding .* is ${encoding}, .* UTF8`)),
      });
      await asAdmin(`DROP DATABASE ${name}`);
      await test.drop();
    },
  );

  it.each(['drops', 'refuses'] as const)(
    'by way of a pooler that %s what a session is told is refused before anything is written',
    async (deafness) => {
      const test = await emptyDatabase();
      // as many servers are: nothing tells this zone from the one that we ask for
      await asAdmin(`ALTER DATABASE ${test.name} SET TimeZone = 'UTC'`);
      const pooler = await deafPooler(test.ownerUrl, deafness);
      await expect(open({ DATABASE_URL: pooler.url, ROLEWATCH_KEY })).rejects.toMatchObject({
        code: 'database-unreachable',
        message: expect.stringContaining('not through a pooler that refuses or drops "options"'),
      });
      await pooler.close();
      const own = await connectAlone(inDatabase(test.name));
      expect((await own.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).rowCount).toBe(0);
      await own.end();
      await test.drop();
    },
  );

  it('refuses a database in whose sessions no trigger fires: what is written there would be under no journal', async () => {
    const test = await emptyDatabase();
    const alter = `ALTER DATABASE ${test.name}`;
    await asAdmin(`${alter} SET session_replication_role = replica`);
    await expect(open({ DATABASE_URL: test.ownerUrl, ROLEWATCH_KEY })).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining('RESET session_replication_role'),
    });
    await asAdmin(`${alter} RESET session_replication_role`);
    await (await open({ DATABASE_URL: test.ownerUrl, ROLEWATCH_KEY })).close();
    await test.drop();
  });

  it('says of a database that is not ours to migrate what would be right', async () => {
    const test = await emptyDatabase();
    await expect(open({ DATABASE_URL: test.appUrl, ROLEWATCH_KEY })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('set MIGRATE_DATABASE_URL to the owner'),
    });
    const own = await connectAlone(inDatabase(test.name));
    await own.query('DROP SCHEMA public');
    await own.end();
    await expect(open({ DATABASE_URL: test.ownerUrl, ROLEWATCH_KEY })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('no schema public'),
    });
    await test.drop();
  });

  it('with the address of the application alone works where somebody else has migrated', async () => {
    const test = await freshDatabase();
    const opened = await open({ DATABASE_URL: test.appUrl, ROLEWATCH_KEY });
    expect(opened.asOwner).toBe(false);
    await expect(opened.db.query('DELETE FROM snapshot')).rejects.toMatchObject({ code: '42501' });
    await opened.close();
    await test.drop();
  });

  it('says so when the user that works is the owner', async () => {
    const test = await freshDatabase();
    const env = { DATABASE_URL: test.ownerUrl, MIGRATE_DATABASE_URL: test.ownerUrl, ROLEWATCH_KEY };
    const opened = await open(env);
    expect(opened.asOwner).toBe(true);
    await opened.close();
    await test.drop();
  });

  it('without an address brings its own server and key, and keeps both', async () => {
    const opened = await open({});
    expect(await userOf(opened)).toBe('rolewatch_app');
    expect(opened.asOwner).toBe(false);
    await opened.close();
    const key = readFileSync(join(dataDir, 'key'), 'utf8');
    expect(statSync(join(dataDir, 'key')).mode & 0o777).toBe(0o600);
    const again = await open({});
    expect(again.tagKeys.current).toEqual(opened.tagKeys.current);
    expect(readFileSync(join(dataDir, 'key'), 'utf8')).toBe(key);
    await again.close();
  });

  it('takes secrets from files', async () => {
    const test = await freshDatabase();
    const file = (name: string, text: string): string => {
      writeFileSync(join(dataDir, name), `${text}\n`);
      return join(dataDir, name);
    };
    const opened = await open({
      DATABASE_URL_FILE: file('url', test.appUrl),
      MIGRATE_DATABASE_URL_FILE: file('migrate', test.ownerUrl),
      ROLEWATCH_KEY_FILE: file('key', ROLEWATCH_KEY),
    });
    expect(await userOf(opened)).toBe('rolewatch_test_app');
    await opened.close();
    await test.drop();
  });

  it('needs a key for a database of your own, and tells how to make one', async () => {
    await expect(open({ DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/d' })).rejects.toMatchObject({
      code: 'key-unavailable',
      message: expect.stringContaining('openssl rand -base64 32'),
    });
  });

  it('names the address that it cannot reach, without the password', async () => {
    const env = { DATABASE_URL: 'postgresql://u:canary-5f2@127.0.0.1:1/d', ROLEWATCH_KEY };
    await expect(open(env)).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringMatching(/^(?!.*canary).*127\.0\.0\.1:1\/d/),
    });
  });

  it('says of whoever listens there in silence that nothing came, and waits no longer', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    await expect(
      open({ DATABASE_URL: `postgresql://u:p@127.0.0.1:${port}/d`, ROLEWATCH_KEY }),
    ).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining('did not answer within 10 s'),
    });
    mute.close();
  });

  it('leaves no server running when opening fails', async () => {
    writeFileSync(join(dataDir, 'key'), 'too short');
    await expect(open({})).rejects.toMatchObject({ code: 'key-unavailable' });
    expect(() => statSync(join(dataDir, 'postgres/postmaster.pid'))).toThrow('ENOENT');
  });
});
