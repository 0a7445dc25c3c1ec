import type { Sql, Tx } from '../platform/tx.js';
import type { Claim } from './claim.js';

/** What a hint waits for: that somebody resumes the source, that a run ends, that its minute is over, that a process has room. */
export type HintWait =
  | { readonly for: 'resume'; readonly since: Date }
  | { readonly for: 'end' | 'turn' }
  | { readonly for: 'time'; readonly at: Date };

/** As the log of actions names whoever knows the secret of a source's hook. */
export const hinter = (source: string): string => `hook:${source}`;

/** So long after a run that was hinted at the next one begins. */
const HINT_PAUSE = `interval '1 minute'`;
/** No run has begun since, or the one that had was given up: its process died, or was stopped. */
const HINT_WAITS = `(hint.run_id IS NULL OR NOT EXISTS (
  SELECT FROM slot WHERE slot.source = hint.source AND slot.run_id = hint.run_id AND state = 'leased' AND lease_until >= clock_timestamp()))`;
/** From when on it may be read; null: now. */
const HINT_FROM = `(SELECT max(at) + ${HINT_PAUSE} FROM action_log
  WHERE action_log.source = hint.source AND actor = 'hook:' || hint.source AND action = 'run-started' AND at > clock_timestamp() - ${HINT_PAUSE})`;

/** Somebody says that a source has changed: a run that begins from now on has to follow. Once, however often it is said. */
export async function keepHint(sql: Sql, source: string): Promise<void> {
  await sql.query(
    `INSERT INTO hint (source, hinted_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (source) DO UPDATE SET hinted_at = excluded.hinted_at, run_id = NULL WHERE hint.run_id IS NOT NULL`,
    [source],
  );
}

/** Which of these sources a hint waits for, the longest first. */
export async function waitingHints(sql: Sql, sources: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ source: string }>(
    `SELECT source FROM hint WHERE source = ANY($1) AND ${HINT_WAITS} ORDER BY hinted_at`,
    [sources],
  );
  return rows.map(({ source }) => source);
}

/** Whether a hint waits, and its minute is over. */
export async function isHintDue(tx: Tx, source: string): Promise<boolean> {
  const due = await tx.query(
    `SELECT FROM hint WHERE source = $1 AND ${HINT_WAITS} AND ${HINT_FROM} IS NULL`,
    [source],
  );
  return due.length > 0;
}

/** Whatever run begins now sees what was hinted at. */
export async function takeHint(tx: Tx, source: string, runId: bigint): Promise<void> {
  await tx.execute('UPDATE hint SET run_id = $2 WHERE source = $1', [source, runId]);
}

/** A run that began after a hint has ended, one way or the other: what was hinted at since then waits on. */
export async function forgetHint(tx: Tx, { source, runId }: Claim): Promise<void> {
  await tx.execute('DELETE FROM hint WHERE source = $1 AND run_id = $2', [source, runId]);
}

/** What keeps a hint waiting; null: nothing any more, a run that began after it is under way or over. */
export async function hintWaitsFor(sql: Sql, source: string): Promise<HintWait | null> {
  const [row] = await sql.query<{ paused: Date | null; reading: boolean; from: Date | null }>(
    `SELECT s.paused_at AS paused, l.until IS NOT NULL AS reading, ${HINT_FROM} AS "from"
         FROM hint LEFT JOIN source s ON s.name = hint.source
        CROSS JOIN LATERAL (SELECT max(lease_until) AS until FROM slot
                             WHERE slot.source = hint.source AND state = 'leased' AND lease_until >= clock_timestamp()) l
        WHERE hint.source = $1 AND ${HINT_WAITS}`,
    [source],
  );
  if (row === undefined) return null;
  if (row.paused !== null) return { for: 'resume', since: row.paused };
  if (row.reading) return { for: 'end' };
  return row.from === null ? { for: 'turn' } : { for: 'time', at: row.from };
}
