import type { Sql } from '../platform/tx.js';

/** When the latest snapshot's state was as read, as stated by whoever read it; null before the first. */
export async function latestObservedAt(sql: Sql, source: string): Promise<Date | null> {
  const [row] = await sql.query<{ at: Date | null }>(
    `SELECT max(o.observed_at) AS at FROM observation o JOIN source s ON s.name = o.source AND s.last_seq = o.seq WHERE o.source = $1`,
    [source],
  );
  return row?.at ?? null;
}
