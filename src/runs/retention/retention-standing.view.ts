import type { Sql } from '../../platform/tx.js';
import type { RetentionStanding } from './retention-trouble.js';

/** With where an alert about it goes: one about the store as a whole to the first source, since each is of a source. */
export interface TellableStanding extends RetentionStanding {
  readonly about: string;
  readonly lastSeq: number;
  /** Whether it was stated in the database that anything is to be deleted. */
  readonly stated: boolean;
}

interface Row extends Omit<TellableStanding, 'failed' | 'open'> {
  readonly failedAt: Date | null;
  readonly failedWhy: string | null;
  readonly openSince: Date | null;
  readonly holder: string | null;
}

const STANDINGS = `
  WITH watched AS (SELECT name, created_at, last_seq FROM source WHERE retired_seq IS NULL AND ($1::text[] IS NULL OR name = ANY ($1))),
  kept AS (
    SELECT name, name AS about, created_at, last_seq FROM watched
     UNION ALL
    (SELECT '*', name, (SELECT min(created_at) FROM watched), last_seq FROM watched ORDER BY name COLLATE "C" LIMIT 1))
  SELECT k.name AS source, k.about, k.last_seq AS "lastSeq", clock_timestamp() AS now, k.created_at AS "knownSince",
         good.at AS "lastGood", failed.ended_at AS "failedAt", failed.error AS "failedWhy",
         open.started_at AS "openSince", open.holder,
         EXISTS (SELECT FROM (SELECT DISTINCT ON (kind) days FROM retention_policy WHERE source = k.name ORDER BY kind, id DESC) last
                  WHERE days IS NOT NULL) AS stated
    FROM kept k
   CROSS JOIN LATERAL (SELECT max(ended_at) AS at FROM retention_run WHERE source = k.name AND error IS NULL) good
    LEFT JOIN LATERAL (SELECT ended_at, error FROM retention_run
                        WHERE source = k.name AND error IS NOT NULL AND ended_at > coalesce(good.at, '-infinity')
                        ORDER BY ended_at DESC LIMIT 1) failed ON true
    LEFT JOIN retention_run open ON open.source = k.name AND open.ended_at IS NULL
   ORDER BY k.name COLLATE "C"`;

/** How retention stands with these sources, and with the store as a whole. @param sources null: all that are watched */
export async function retentionStandings(
  sql: Sql,
  sources: readonly string[] | null = null,
): Promise<TellableStanding[]> {
  const rows = await sql.query<Row>(STANDINGS, [sources]);
  return rows.map(({ failedAt, failedWhy, openSince, holder, ...standing }) => ({
    ...standing,
    failed: failedAt && { at: failedAt, why: failedWhy ?? 'no reason given' },
    open: openSince && { since: openSince, holder: holder ?? 'unknown' },
  }));
}

/** Whether it was told since retention last succeeded. */
export async function isRetentionTold(
  sql: Sql,
  { source, about, lastGood }: TellableStanding,
): Promise<boolean> {
  const told = await sql.query(
    `SELECT FROM alert WHERE source = $1 AND kind = 'retention-failing' AND (body ? 'store') = ($2 = '*')
        AND recorded_at > coalesce($3::timestamptz, '-infinity') LIMIT 1`,
    [about, source, lastGood],
  );
  return told.length > 0;
}
