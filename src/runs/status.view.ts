import { OPEN_SLOT, SLOTS_WITHOUT } from '../alerts/source-standing.view.js';
import type { Sql } from '../platform/tx.js';
import { sourceHealth, type SourceTrouble } from './source-health.js';

/** It was closed, and a process that is there is configured for it again: that it was not read yet is what counts. */
const CONFIGURED_AGAIN = `
  SELECT FROM replica WHERE s.name = ANY (sources) AND stopped_at IS NULL
     AND beat_at > clock_timestamp() - interval '10 minutes'`;

/** How one source is doing. Times and ages are by the database's clock. */
export interface SourceStatus {
  readonly source: string;
  readonly kind: string;
  /** `ageSeconds`: since it was recorded. Null before the first. */
  readonly lastSnapshot: {
    readonly seq: number;
    readonly recordedAt: Date;
    readonly ageSeconds: number;
  } | null;
  /** The latest judgement: of which snapshot, and how many findings are neither resolved nor waived. Null before the first. */
  readonly judgement: { readonly seq: number; readonly open: number } | null;
  readonly paused: { readonly since: Date; readonly why: string } | null;
  readonly reading: boolean;
  /** The next slot that is not taken yet; null where nothing is scheduled. */
  readonly nextSlot: Date | null;
  /** Between the scheduled slots before and after now; null where nothing is scheduled, or the first is still to come. */
  readonly intervalSeconds: number | null;
  /** What is wrong with it, if anything. */
  readonly troubles: readonly SourceTrouble[];
  /** How the slots of the last seven days ended. */
  readonly coverage: { readonly published: number; readonly failed: number; readonly missed: number };
}

/** Every source that has not left the configuration, by name. */
export async function statusOfSources(sql: Sql): Promise<SourceStatus[]> {
  const rows = await sql.query<StatusRow>(
    `SELECT s.name, s.kind, s.paused_at, s.paused_why, n.seq, n.recorded_at,
            floor(extract(epoch FROM now() - n.recorded_at))::int AS age,
            (SELECT seq FROM judgement WHERE source = s.name ORDER BY id DESC LIMIT 1) AS judged_seq,
            (SELECT count(*)::int FROM finding f WHERE f.source = s.name AND (
              SELECT state FROM finding_event e WHERE e.source = f.source AND e.finding = f.id ORDER BY no DESC LIMIT 1
            ) IN ('open', 'reopened', 'acknowledged')) AS open,
            (SELECT min(due_at) FROM slot WHERE source = s.name AND state = 'due') AS next_slot,
            EXISTS (SELECT FROM slot WHERE source = s.name AND state = 'leased' AND lease_until >= now()) AS reading,
            extract(epoch FROM (SELECT min(due_at) FROM slot WHERE source = s.name AND trigger = 'schedule' AND due_at > now())
              - (SELECT max(due_at) FROM slot WHERE source = s.name AND trigger = 'schedule' AND due_at <= now()))::int AS interval,
            (${SLOTS_WITHOUT}) AS slots_without, EXISTS (${OPEN_SLOT}) AS open_slot,
            failures.count AS failed_in_row, failures.last AS last_failure,
            (SELECT coalesce(sum(held), 0)::int FROM observation WHERE source = s.name AND seq = s.last_seq) AS held,
            week.published, week.failed, week.missed
       FROM source s
       LEFT JOIN snapshot n ON n.source = s.name AND n.seq = s.last_seq
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'published')::int AS published,
               count(*) FILTER (WHERE state = 'failed')::int AS failed,
               count(*) FILTER (WHERE state = 'missed')::int AS missed
          FROM slot WHERE source = s.name AND due_at > now() - interval '7 days') week
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS count, (array_agg(why ORDER BY due_at DESC))[1] AS last FROM slot
         WHERE source = s.name AND state = 'failed'
           AND due_at > coalesce((SELECT max(due_at) FROM slot WHERE source = s.name AND state = 'published'), '-infinity')) failures
      WHERE s.retired_seq IS NULL OR EXISTS (${CONFIGURED_AGAIN})
      ORDER BY s.name COLLATE "C"`,
  );
  return rows.map(toStatus);
}

interface StatusRow {
  name: string;
  kind: string;
  paused_at: Date | null;
  paused_why: string | null;
  seq: number | null;
  recorded_at: Date | null;
  age: number | null;
  judged_seq: number | null;
  open: number;
  next_slot: Date | null;
  reading: boolean;
  interval: number | null;
  slots_without: number;
  open_slot: boolean;
  failed_in_row: number;
  last_failure: string | null;
  held: number;
  published: number;
  failed: number;
  missed: number;
}

function toStatus(row: StatusRow): SourceStatus {
  const { seq, recorded_at: recordedAt, age: ageSeconds, paused_at: since } = row;
  const snapped = seq !== null && recordedAt !== null && ageSeconds !== null;
  const paused = since === null ? null : { since, why: row.paused_why ?? 'no reason given' };
  return {
    source: row.name,
    kind: row.kind,
    lastSnapshot: snapped ? { seq, recordedAt, ageSeconds } : null,
    judgement: row.judged_seq === null ? null : { seq: row.judged_seq, open: row.open },
    paused,
    reading: row.reading,
    nextSlot: row.next_slot,
    intervalSeconds: row.interval,
    troubles: sourceHealth({
      paused,
      snapshotAt: row.recorded_at,
      slotsWithout: row.slots_without,
      open: row.open_slot,
      failedInRow: row.failed_in_row,
      lastFailure: row.last_failure,
      held: row.held,
    }),
    coverage: { published: row.published, failed: row.failed, missed: row.missed },
  };
}
