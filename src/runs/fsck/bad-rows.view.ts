import { rowsOf } from '../../platform/rows.view.js';
import type { Sql } from '../../platform/tx.js';
import type { BadRow } from './check.js';

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
