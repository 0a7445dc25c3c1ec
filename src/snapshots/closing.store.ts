import type { Database } from '../platform/database.js';
import type { Sql } from '../platform/tx.js';
import type { Step } from '../sources/source.js';
import type { Shrink } from './hold.js';
import { MATTERS, readingLargeSets } from './list.view.js';
import type { RunFrame } from './list-reading.js';
import type { WhoMatters } from './who-matters.js';

/** A person's word that what a snapshot held may close. */
export interface Release {
  readonly id: bigint;
  readonly holdSeq: number;
}

/** Two accepted reads must both miss what matters to somebody; the rest closes after one. */
const READS_TO_CLOSE = 2;

/** Decides which open records of a list may close when the run publishes. */
export class ClosingStore {
  constructor(private readonly db: Database) {}

  /** The release that the next believed read of this list uses up. */
  async unusedRelease(source: string, step: Step): Promise<Release | null> {
    const [row] = await this.db.query<{ id: string; hold_seq: number }>(
      `SELECT id, hold_seq FROM release WHERE source = $1 AND stream = $2 AND scope = $3 AND used_seq IS NULL ORDER BY id DESC LIMIT 1`,
      [source, step.stream, step.scope],
    );
    return row ? { id: BigInt(row.id), holdSeq: row.hold_seq } : null;
  }

  /** Stages the open records that none of the accepted reads showed and that may close. */
  async stage(
    run: RunFrame,
    step: Step,
    accepted: readonly number[],
    around: WhoMatters,
    release: Release | null,
  ): Promise<void> {
    await readingLargeSets(this.db, (tx) =>
      tx.query(
        `INSERT INTO stage_closing (run_id, stream, scope, identity_id, matters, bears_right, exempt)
         SELECT $4, $2, $3, a.identity_id, a.matters, a.bears_right,
                $8::int IS NOT NULL AND (NOT a.matters OR EXISTS (
                  SELECT FROM hold h WHERE h.source = $1 AND h.seq = $8 AND h.stream = $2 AND h.scope = $3 AND h.identity_id = a.identity_id))
           FROM (SELECT r.identity_id, r.bears_right, ${MATTERS} AS matters
                   FROM record r JOIN identity i ON i.source = r.source AND i.identity_id = r.identity_id
                  WHERE r.source = $1 AND r.stream = $2 AND r.scope = $3 AND r.until_seq IS NULL
                    AND NOT EXISTS (SELECT FROM stage_seen s WHERE s.run_id = $4 AND s.stream = $2 AND s.scope = $3
                                       AND s.attempt = ANY ($5) AND s.identity_id = r.identity_id)) a
          WHERE NOT a.matters OR $9`,
        [
          run.source,
          step.stream,
          step.scope,
          run.runId,
          accepted,
          [...around.linked],
          around.ous,
          release?.holdSeq ?? null,
          accepted.length >= READS_TO_CLOSE,
        ],
      ),
    );
  }

  /** The size of what would close or lose a right, beyond what a person released. */
  async shrinkOf(run: RunFrame, step: Step, around: ShrinkContext): Promise<Shrink> {
    const [row] = await this.db.query<ShrinkRow>(
      `SELECT (SELECT count(*) FROM record r WHERE ${LIST} AND r.until_seq IS NULL) AS open,
              (SELECT count(*) FROM record r WHERE ${LIST} AND r.until_seq IS NULL AND r.bears_right) AS open_with_right,
              (SELECT count(*) FROM stage_closing c WHERE ${STAGED} AND NOT c.exempt) AS closing,
              (SELECT count(*) FROM (${LOSING}) l) AS losing_right,
              EXISTS (SELECT FROM stage_closing c JOIN identity i ON i.source = $1 AND i.identity_id = c.identity_id
                       WHERE ${STAGED} AND NOT c.exempt AND i.name_space IN ('admin', 'token') AND i.match_key = $6) AS own_account`,
      [run.source, step.stream, step.scope, run.runId, around.release?.holdSeq ?? null, around.ownAccount],
    );
    if (!row) throw new Error('no answer');
    return {
      open: Number(row.open),
      openWithRight: Number(row.open_with_right),
      closing: Number(row.closing),
      losingRight: Number(row.losing_right),
      read: around.read,
      ownAccountCloses: row.own_account,
    };
  }

  /** How many that would close, or lose a right, in this list would do so in these lists of the same stream, too. */
  async sharedWith(run: RunFrame, step: Step, scopes: readonly string[]): Promise<number> {
    const [row] = await this.db.query<{ n: string }>(
      `WITH going AS (
         SELECT scope, identity_id FROM stage_closing WHERE run_id = $1 AND stream = $2 AND matters AND NOT exempt
          UNION
         SELECT scope, identity_id FROM stage_record WHERE run_id = $1 AND stream = $2 AND merged IS NOT NULL)
       SELECT count(DISTINCT identity_id) AS n FROM going
        WHERE scope = $3 AND identity_id IN (SELECT identity_id FROM going WHERE scope = ANY ($4))`,
      [run.runId, step.stream, step.scope, scopes],
    );
    return Number(row?.n ?? 0);
  }

  /** Distinct records whose closing, or loss of a right, waits for a person: what `--expect` must name. */
  async heldCount(run: RunFrame, step: Step, release: Release | null): Promise<number> {
    const [row] = await this.db.query<{ n: string }>(
      `SELECT count(*) AS n FROM (SELECT c.identity_id FROM stage_closing c WHERE ${STAGED} AND NOT c.exempt UNION ${LOSING}) h
        WHERE $1::text IS NOT NULL`,
      [run.source, step.stream, step.scope, run.runId, release?.holdSeq ?? null],
    );
    return Number(row?.n ?? 0);
  }
}

/**
 * What scopes that would leave take with them, counted against the totals of the source: whoever and whatever is known
 * through them only, and every right in them. The same directory listed by another scope too is not taken.
 */
export async function shrinkOfScopes(sql: Sql, run: RunFrame, step: Step, read: number): Promise<Shrink> {
  const [row] = await sql.query<ShrinkRow>(
    `WITH leaving AS (
       SELECT i.match_key AS scope FROM stage_closing c JOIN identity i ON i.source = $1 AND i.identity_id = c.identity_id
        WHERE c.run_id = $4 AND c.stream = $2 AND c.scope = $3 AND NOT c.exempt)
     SELECT (SELECT count(DISTINCT identity_id) FROM record WHERE source = $1 AND until_seq IS NULL) AS open,
            (SELECT count(DISTINCT principal) FROM grant_ WHERE source = $1 AND until_seq IS NULL) AS open_with_right,
            (SELECT count(*) FROM leaving) +
            (SELECT count(DISTINCT r.identity_id) FROM record r
              WHERE r.source = $1 AND r.until_seq IS NULL AND r.scope IN (SELECT scope FROM leaving)
                AND NOT EXISTS (SELECT FROM record o WHERE o.source = $1 AND o.identity_id = r.identity_id AND o.until_seq IS NULL
                                   AND o.scope NOT IN (SELECT scope FROM leaving))) AS closing,
            (SELECT count(DISTINCT principal) FROM grant_ WHERE source = $1 AND until_seq IS NULL AND in_scope IN (SELECT scope FROM leaving)) AS losing_right,
            false AS own_account`,
    [run.source, step.stream, step.scope, run.runId],
  );
  if (!row) throw new Error('no answer');
  return {
    open: Number(row.open),
    openWithRight: Number(row.open_with_right),
    closing: Number(row.closing),
    losingRight: Number(row.losing_right),
    read,
    ownAccountCloses: false,
  };
}

export interface ShrinkContext {
  readonly release: Release | null;
  readonly ownAccount: string | null;
  /** Distinct records that the accepted reads showed. */
  readonly read: number;
}

interface ShrinkRow {
  open: string;
  open_with_right: string;
  closing: string;
  losing_right: string;
  own_account: boolean;
}

const LIST = `r.source = $1 AND r.stream = $2 AND r.scope = $3`;
const STAGED = `c.run_id = $4 AND c.stream = $2 AND c.scope = $3`;
/** Principals that would lose a right: by closing, or by a row that says less than the open one. */
const LOSING = `
  SELECT c.identity_id FROM stage_closing c WHERE ${STAGED} AND NOT c.exempt AND c.bears_right
   UNION
  SELECT s.identity_id FROM stage_record s
   WHERE s.run_id = $4 AND s.stream = $2 AND s.scope = $3 AND s.merged IS NOT NULL
     AND NOT EXISTS (SELECT FROM hold h WHERE h.source = $1 AND h.seq = $5::int AND h.stream = $2 AND h.scope = $3 AND h.identity_id = s.identity_id)`;
