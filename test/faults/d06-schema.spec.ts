/** D6: a database whose schema is older or newer than the program's, with the rows of its time. */
import { Log } from '../../src/platform/log.js';
import { openDatabase } from '../../src/platform/open-database.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { FILLED, MIGRATIONS, olderDatabase } from '../support/older-database.js';
import { Site } from './support/site.js';
import { long } from './support/tier.js';

/** What an operator types, and one that only asks. */
const COMMANDS = ['run', 'fsck', 'status', 'coverage'];
const NEWER = '29990101000000_of_tomorrow';

let database: TestDatabase;
let site: Site;

afterEach(async () => {
  await site.close();
  await database.drop();
});

/** Whoever starts anything reads these words, and the code is this one. */
async function expectRefused(code: string, words: RegExp): Promise<void> {
  for (const command of COMMANDS)
    expect(await site.rolewatch(command)).toMatchObject({
      status: 1,
      said: expect.stringMatching(words) as string,
    });
  const serving = await site.spawn(['serve']).ended;
  expect(serving).toMatchObject({ status: 1, said: expect.stringMatching(words) as string });
  const { ownerUrl, appUrl } = site.database;
  const env = { MIGRATE_DATABASE_URL: ownerUrl, DATABASE_URL: appUrl, ROLEWATCH_KEY: Buffer.alloc(32, 1).toString('base64') }; // prettier-ignore
  const log = Log.to({ write: () => undefined });
  await expect(openDatabase({ dataDir: site.folder, env, log })).rejects.toMatchObject({ code });
}

const applied = () =>
  site.query<{ name: string }>('SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1');

interface Table {
  readonly name: string;
  readonly columns: string;
}

const TABLES = `
  SELECT c.relname AS name, string_agg(format('%I', attname), ', ' ORDER BY attnum) AS columns
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
   WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations' GROUP BY c.relname`;

/** Every row of these tables, as a text that names its table, in the columns that they have now. */
async function rowsOf(tables: readonly Table[]): Promise<string[]> {
  const rows: string[] = [];
  for (const { name, columns } of tables) {
    const found = await site.query<{ row: string }>(
      `SELECT r::text AS row FROM (SELECT ${columns} FROM "${name}") r`,
    );
    rows.push(...found.map(({ row }) => `${name} ${row}`));
  }
  return rows;
}

describe('older', () => {
  /** In the short tier the oldest and the newest of those with rows. */
  const some = long ? MIGRATIONS.slice(0, -1) : [FILLED[0]!, FILLED.at(-1)!];

  it.each(some)('%s', async (last) => {
    database = await olderDatabase(last);
    // as whoever works with it, and owns nothing
    site = await Site.open({ ownerUrl: database.appUrl, appUrl: database.appUrl }, database);
    const before = await applied();
    if (last === FILLED[0] || long) await expectRefused('schema-older', /lacks migrations of this program \(.*20261126020000_hints.*set MIGRATE_DATABASE_URL/); // prettier-ignore
    expect(await applied()).toEqual(before);

    // as its owner: nothing of what was there is lost or altered
    const tables = await site.query<Table>(TABLES);
    const rows = await rowsOf(tables);
    site.database = database;
    expect(await site.rolewatch('fsck')).toMatchObject({ status: 0 });
    expect((await applied()).map(({ name }) => name)).toEqual(MIGRATIONS);
    const kept = new Set(await rowsOf(tables));
    expect(rows.filter((row) => !kept.has(row))).toEqual([]);
    if (!FILLED.includes(last)) return;
    expect(rows.length).toBeGreaterThan(100);

    // who was there then is there still, known by the same names: nothing is told as new or gone
    site.nextDay();
    site.nextDay();
    site.estate.removeAdmin('sue');
    expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
    expect(await site.query('SELECT seq FROM change WHERE seq = 5')).toEqual([]);
    expect(await site.query('SELECT seq FROM judgement WHERE seq = 5')).toHaveLength(1);
    expect(await site.rolewatch('drift', 'hq', '--from', '1')).toMatchObject({
      status: 0,
      said: expect.stringMatching(/temp1(.|\n)*sue/) as string,
    });
    expect(await site.rolewatch('fsck')).toMatchObject({ status: 0 });
  });
});

describe('newer', () => {
  it('is refused by everything, and is right again for the program that knows it', async () => {
    database = await freshDatabase();
    site = await Site.open(database);
    expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
    await site.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '${NEWER}', now())`,
    );
    await expectRefused(
      'schema-newer',
      /migrations that this program does not know \(29990101000000_of_tomorrow\): a newer rolewatch has used it/,
    );
    await site.query(`DELETE FROM _prisma_migrations WHERE id = 'x'`);
    expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
    expect(await site.rolewatch('fsck')).toMatchObject({ status: 0 });
  });
});
