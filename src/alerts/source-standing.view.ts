import type { Sql } from '../platform/tx.js';
import type { SourceStanding } from './source-troubles.js';

interface Row extends Pick<
  SourceStanding,
  'source' | 'lastSeq' | 'snapshotAt' | 'slotsWithout' | 'open' | 'told'
> {
  readonly pausedAt: Date | null;
  readonly pausedWhy: string | null;
  readonly failedAt: Date | null;
  readonly failedWhy: string | null;
}

/**
 * Slots that came due and brought nothing, though somebody wanted them to: neither those passed while the source was
 * paused, of which the pause was told, nor those that a changed configuration dropped.
 */
export const SLOTS_WITHOUT = `
  SELECT count(*)::int FROM slot WHERE source = s.name AND trigger = 'schedule' AND state IN ('failed', 'missed')
     AND due_at > coalesce(n.recorded_at, s.created_at)
     AND why NOT LIKE 'paused since %' AND why NOT LIKE 'the schedule was changed %'
     AND why NOT LIKE 'the source is no longer configured%' AND why NOT LIKE 'the source was not configured%'`;

/** How it ends is not known yet. */
export const OPEN_SLOT = `
  SELECT FROM slot WHERE source = s.name AND (state = 'leased' OR (state = 'due' AND due_at <= clock_timestamp()))`;

/** `interrupted`: somebody stopped the process that read. That person knows. */
const STANDINGS = `
  SELECT s.name AS source, s.last_seq AS "lastSeq", n.recorded_at AS "snapshotAt",
         s.paused_at AS "pausedAt", s.paused_why AS "pausedWhy", last.ended_at AS "failedAt", last.why AS "failedWhy",
         (${SLOTS_WITHOUT}) AS "slotsWithout", EXISTS (${OPEN_SLOT}) AS open,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'at', body ->> 'at')), '[]') FROM alert
           WHERE source = s.name AND seq = s.last_seq AND kind IN ('run-failed', 'source-paused', 'source-silent')) AS told
    FROM source s
    LEFT JOIN snapshot n ON n.source = s.name AND n.seq = s.last_seq
    LEFT JOIN LATERAL (
         SELECT ended_at, why, state FROM slot WHERE source = s.name AND state IN ('published', 'failed')
            AND ended_at >= coalesce(n.recorded_at, '-infinity')
          ORDER BY ended_at DESC LIMIT 1) last ON last.state = 'failed' AND last.why NOT LIKE 'interrupted:%'
   WHERE s.name = ANY ($1)
   ORDER BY s.name`;

/** How these sources stand since their last snapshots, of which the one that closed a source that is back may be the last. */
export async function sourceStandings(sql: Sql, sources: readonly string[]): Promise<SourceStanding[]> {
  const rows = await sql.query<Row>(STANDINGS, [sources]);
  return rows.map(({ pausedAt, pausedWhy, failedAt, failedWhy, ...standing }) => ({
    ...standing,
    paused: pausedAt && { at: pausedAt, why: pausedWhy ?? 'no reason given' },
    failed: failedAt && { at: failedAt, why: failedWhy ?? 'no reason given' },
  }));
}
