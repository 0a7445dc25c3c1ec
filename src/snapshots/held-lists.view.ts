import type { Sql } from '../platform/tx.js';
import type { HeldList } from './held-list.js';

/** What a snapshot holds back, list by list. */
export async function heldLists(sql: Sql, source: string, seq: number): Promise<HeldList[]> {
  return sql.query<HeldList>(
    `select stream, scope, held, why from observation
      where source = $1 and seq = $2 and held > 0
      order by stream collate "C", length(scope), scope collate "C"`,
    [source, seq],
  );
}
