import type { Sql } from '../../platform/tx.js';
import type { BadRow } from './check.js';

const ROWS_AT_ONCE = 2_000;

/** Cursors live in one transaction; their names must differ in it. */
let opened = 0;

/**
 * The rows of a query of any size, a few at a time.
 * @param sql a transaction: the cursor lives no longer
 * @param params as for any query
 */
export async function* rowsOf<R extends object>(
  sql: Sql,
  query: string,
  params: readonly unknown[],
): AsyncGenerator<R, void, undefined> {
  const cursor = `fsck_${++opened}`;
  await sql.query(`declare ${cursor} no scroll cursor for ${query}`, params);
  try {
    for (;;) {
      const rows = await sql.query<R>(`fetch ${ROWS_AT_ONCE} from ${cursor}`);
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) return;
    }
  } finally {
    // fails only where the transaction has failed, and then the reason is on its way already
    await sql.query(`close ${cursor}`).catch(() => undefined);
  }
}

/** A query that finds bad rows by itself: every column but `says` belongs to the key. Parameter 1 is the source. */
export interface BadRowQuery {
  readonly table: string;
  readonly query: string;
}

type FoundRow = Readonly<Record<string, string | number | null>> & { readonly says: string };

export async function* badRowsOf(
  sql: Sql,
  source: string,
  queries: readonly BadRowQuery[],
): AsyncGenerator<BadRow, void, undefined> {
  for (const { table, query } of queries) {
    for await (const { says, ...key } of rowsOf<FoundRow>(sql, query, [source])) {
      yield { table, key: { source, ...key }, says };
    }
  }
}
