import type { Sql } from '../platform/tx.js';

/** Admin identity → directory entry of the same person, in snapshot `seq`. */
export async function linksAt(sql: Sql, source: string, seq: number): Promise<Map<string, string>> {
  const rows = await sql.query<{ from: string; to: string }>(
    `select identity_id::text as "from", to_identity_id::text as "to" from link
      where source = $1 and from_seq <= $2 and (until_seq is null or until_seq > $2)`,
    [source, seq],
  );
  return new Map(rows.map((row) => [row.from, row.to]));
}
