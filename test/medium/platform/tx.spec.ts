import fc from 'fast-check';
import { wellFormed } from '../../../src/platform/canonical.js';
import { connectAlone } from '../../../src/platform/connect.js';
import { Database } from '../../../src/platform/database.js';
import { isDatabaseAway } from '../../../src/platform/database-away.js';
import { databaseReason } from '../../../src/platform/database-words.js';
import type { CopyValue } from '../../../src/platform/tx.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await freshDatabase();
});
afterAll(() => test.drop());

type Row = readonly [string | null, Buffer | null, bigint | null, boolean | null];

async function roundTrip(rows: readonly Row[]): Promise<Row[]> {
  return test.db.transaction(async (tx) => {
    await tx.execute(
      'CREATE TEMP TABLE copied (no serial, t text, b bytea, n bigint, f boolean) ON COMMIT DROP',
    );
    expect(await tx.copy('copied (t, b, n, f)', rows)).toBe(rows.length);
    const found = await tx.query<{ t: string | null; b: Buffer | null; n: string | null; f: boolean | null }>(
      'SELECT t, b, n, f FROM copied ORDER BY no',
    );
    return found.map(({ t, b, n, f }) => [t, b, n === null ? null : BigInt(n), f]);
  });
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\f', '\v', '\0', '\ud800', 'N', '.', 'x', '"', '😀'),
  }),
  fc.constantFrom('\\.', '\\N', '', ' ', 'null', '\\x00', '\u2028'),
);
const row = fc.tuple(
  fc.option(text.map(wellFormed)),
  fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.boolean()),
);

describe('a transaction', () => {
  it('copies any values as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        expect(await roundTrip(rows)).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });

  it('copies more than a chunk', async () => {
    const rows = Array.from({ length: 5000 }, (_, no): Row => [
      `name ${no} ${'ä'.repeat(40)}`,
      null,
      BigInt(no),
      null,
    ]);
    expect(await roundTrip(rows)).toEqual(rows);
  });

  it('is undone when the rows of a copy fail in the middle, and the connection serves on', async () => {
    function* failing(): Generator<readonly CopyValue[]> {
      yield ['hq', 'ivanti-epmm'];
      throw new Error('upstream broke');
    }
    await expect(test.db.transaction((tx) => tx.copy('source (name, kind)', failing()))).rejects.toThrow(
      'upstream broke',
    );
    expect(await test.db.query('SELECT 1 FROM source')).toEqual([]);
  });

  it('survives that its connection is ended by the server: the error is told, the process and the pool live', async () => {
    const lost = test.db.transaction(async (tx) => {
      const [me] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await test.db.query('SELECT pg_terminate_backend($1)', [me?.pid]);
      await tx.query('SELECT 1');
    });
    // pg may have noticed before the next statement, or with it
    await expect(lost).rejects.toThrow(/terminat|connection error/);
    expect(await test.db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says of what Prisma reads as of what we do why the database ended it', async () => {
    const hasty = new URL(test.appUrl);
    hasty.searchParams.set('options', '-c statement_timeout=100');
    const db = new Database({ url: hasty.href, maxConnections: 1 });
    const refused = new Database({ url: 'postgresql://app@127.0.0.1:1/none', maxConnections: 1 });
    const owner = await connectAlone(test.ownerUrl);
    try {
      await owner.query('BEGIN; LOCK TABLE snapshot');
      const late: unknown = await db.prisma.snapshot.findMany().catch((error: unknown) => error);
      expect([isDatabaseAway(late), databaseReason(late)]).toEqual([
        false,
        expect.stringContaining('statement_timeout'),
      ]);
      const away: unknown = await refused.prisma.snapshot.findMany().catch((error: unknown) => error);
      expect([isDatabaseAway(away), databaseReason(away)]).toEqual([
        true,
        expect.stringContaining('may not be running'),
      ]);
    } finally {
      await owner.end();
      await db.close();
      await refused.close();
    }
  });

  it('throws a connection away whose statement hangs, and does not wait for a ROLLBACK behind it', async () => {
    const impatient = new Database({ url: test.appUrl, maxConnections: 1, queryTimeoutMs: 200 });
    try {
      const hanging = impatient.transaction(async (tx) => {
        await tx.query('SELECT pg_sleep(30)');
      });
      await expect(hanging).rejects.toThrow('Query read timeout');
      expect(await impatient.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await impatient.close();
    }
    // the server itself would notice only at the end of the statement
    await test.db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'",
    );
  });
});
