import type { Sql } from '../platform/tx.js';

/** What to say where a judgement failed and waits to be tried again, and with it every snapshot after it; else null. */
export async function pausedJudging(sql: Sql, source: string): Promise<string | null> {
  const [row] = await sql.query<{ seq: number; until: Date; why: string | null }>(
    `SELECT coalesce(d.seq, s.last_seq) AS seq, d.due_at AS until, d.why
       FROM judgement_due d JOIN source s ON s.name = d.source
      WHERE d.source = $1 AND d.failures > 0 AND d.due_at > clock_timestamp() ORDER BY d.seq NULLS LAST, d.id LIMIT 1`,
    [source],
  );
  if (row === undefined) return null;
  const { seq, until, why } = row;
  return `judging snapshot ${String(seq)} failed and is tried again from ${until.toISOString()} on, before any later one: ${why ?? 'no reason given'}`;
}
