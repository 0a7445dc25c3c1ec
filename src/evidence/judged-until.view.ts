import type { Sql } from '../platform/tx.js';

/**
 * Until when events of findings belong to snapshot `seq`: until a later one was judged; null: none was, so all of them do.
 */
export async function judgedUntil(sql: Sql, source: string, seq: number): Promise<Date | null> {
  const [next] = await sql.query<{ at: Date | null }>(
    `select min(recorded_at) - interval '1 millisecond' as at from judgement where source = $1 and seq > $2`,
    [source, seq],
  );
  return next?.at ?? null;
}
