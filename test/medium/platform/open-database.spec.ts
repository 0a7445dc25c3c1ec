import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Log } from '../../../src/platform/log.js';
import { openDatabase, type OpenDatabase } from '../../../src/platform/open-database.js';
import { emptyDatabase, freshDatabase } from '../../support/database.js';

const ROLEWATCH_KEY = randomBytes(32).toString('base64');
const log = Log.to({ write: () => undefined });
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rolewatch-open-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const open = (env: NodeJS.ProcessEnv): Promise<OpenDatabase> => openDatabase({ dataDir, env, log });

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

  it('leaves no server running when opening fails', async () => {
    writeFileSync(join(dataDir, 'key'), 'too short');
    await expect(open({})).rejects.toMatchObject({ code: 'key-unavailable' });
    expect(() => statSync(join(dataDir, 'postgres/postmaster.pid'))).toThrow('ENOENT');
  });
});
