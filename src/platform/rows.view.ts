import type { Sql } from './tx.js';

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
  const cursor = `rows_${++opened}`;
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
