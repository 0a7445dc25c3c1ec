import { preferIndexLookups, preferSetJoins } from '../platform/planner.js';
import type { Tx } from '../platform/tx.js';
import type { ListReading, RunFrame } from './list-reading.js';
import { FORM } from './record-form.js';

/** What one publication writes with: the snapshot being made, and the tag key of its rows. */
export interface PublishFrame extends RunFrame {
  readonly seq: number;
  readonly tagKeyNo: number;
  /** Scopes whose lists close altogether. */
  readonly leftScopes: readonly string[];
}

/**
 * Moves what a run staged into the store, inside its publishing transaction. Four set-based steps in this order:
 * decide row by row, introduce identities, close, open. Temporary tables `applying` and `closing` carry the decision
 * to the steps after these (grants, links).
 */
export async function publishRows(
  tx: Tx,
  frame: PublishFrame,
  readings: readonly ListReading[],
): Promise<void> {
  await preferSetJoins(tx);
  await decide(tx, frame, readings);
  await introduceIdentities(tx, frame);
  await preferIndexLookups(tx); // from here on the cost must follow what changed, not what is stored
  await renameIdentities(tx, frame);
  await closeRecords(tx, frame);
  await openRecords(tx, frame);
}

async function decide(tx: Tx, frame: PublishFrame, readings: readonly ListReading[]): Promise<void> {
  await tx.query(`CREATE TEMP TABLE decision (stream text, scope text, applied int[], last int, whole bool, held bool, hold_seq int)
                  ON COMMIT DROP`);
  for (const r of readings) {
    await tx.query(
      `INSERT INTO decision SELECT $1, $2, $3, $4, $5, $6, (SELECT hold_seq FROM release WHERE source = $7 AND id = $8)`,
      [
        r.step.stream,
        r.step.scope,
        r.applied,
        r.applied[r.applied.length - 1] ?? 0,
        r.verdict === 'complete',
        r.held !== null,
        frame.source,
        r.releaseId,
      ],
    );
  }
  await tx.query(APPLYING, [frame.source, frame.runId]);
  await tx.query(CLOSING, [frame.source, frame.runId, frame.leftScopes]);
  // whichever side of a join the planner begins with, each step is a look-up
  await tx.query(`CREATE INDEX ON applying (identity_id); CREATE INDEX ON applying (staged); CREATE INDEX ON closing (identity_id);
                  ANALYZE applying; ANALYZE closing`);
}

/**
 * Per key the row of the latest attempt that showed it. `merged`: the read is not believed as far as losses go,
 * so the union with the open row is stored instead; where that union is the open row, nothing is.
 */
const APPLYING = `
  CREATE TEMP TABLE applying ON COMMIT DROP AS
  SELECT DISTINCT ON (s.stream, s.scope, s.identity_id) s.stream, s.scope, s.identity_id, s.ctid AS staged, m.merged
    FROM stage_record s
    JOIN decision d ON d.stream = s.stream AND d.scope = s.scope AND s.attempt = ANY (d.applied)
   CROSS JOIN LATERAL (SELECT s.merged IS NOT NULL AND (NOT d.whole OR (d.held AND NOT EXISTS (
           SELECT FROM hold h WHERE h.source = $1 AND h.seq = d.hold_seq AND h.stream = s.stream AND h.scope = s.scope
              AND h.identity_id = s.identity_id)))) m(merged)
   WHERE s.run_id = $2
     AND (s.attempt = d.last OR NOT EXISTS (
           SELECT FROM stage_seen l WHERE l.run_id = $2 AND l.stream = s.stream AND l.scope = s.scope
              AND l.identity_id = s.identity_id AND l.attempt > s.attempt AND l.attempt = ANY (d.applied)))
     AND NOT (m.merged AND (s.merged ->> 'same')::bool)
   ORDER BY s.stream, s.scope, s.identity_id, s.attempt DESC`;

/** Rows that end without a successor: confirmed missing and not held, or of a scope that is no longer read. */
const CLOSING = `
  CREATE TEMP TABLE closing ON COMMIT DROP AS
  SELECT c.stream, c.scope, c.identity_id FROM stage_closing c
    JOIN decision d ON d.stream = c.stream AND d.scope = c.scope
   WHERE c.run_id = $2 AND (c.exempt OR NOT d.held)
   UNION
  SELECT r.stream, r.scope, r.identity_id FROM record r
   WHERE r.source = $1 AND r.until_seq IS NULL AND r.scope = ANY ($3::text[])`;

async function introduceIdentities(tx: Tx, frame: PublishFrame): Promise<void> {
  await tx.query(
    `INSERT INTO identity (source, identity_id, name_space, match_key, match_form, shown_key, name_tag, name_tag_key, salt)
     SELECT $1, si.identity_id, si.name_space, si.match_key, $3, si.shown_key, si.name_tag, CASE WHEN si.name_tag IS NOT NULL THEN $4::int END, si.salt
       FROM stage_identity si WHERE si.run_id = $2 AND si.identity_id IN (SELECT identity_id FROM applying)`,
    [frame.source, frame.runId, FORM, frame.tagKeyNo],
  );
}

/** A name by which another list may mean the same person has changed. */
async function renameIdentities(tx: Tx, frame: PublishFrame): Promise<void> {
  await tx.query(
    `UPDATE identity i SET name_tag = s.name_tag, name_tag_key = $2
       FROM applying a JOIN stage_record s ON s.ctid = a.staged
      WHERE i.source = $1 AND i.identity_id = a.identity_id AND s.name_tag IS NOT NULL AND i.name_tag IS DISTINCT FROM s.name_tag`,
    [frame.source, frame.tagKeyNo],
  );
}

async function closeRecords(tx: Tx, frame: PublishFrame): Promise<void> {
  for (const keys of ['applying', 'closing']) {
    await tx.query(
      `UPDATE record r SET until_seq = $2 FROM ${keys} k
        WHERE r.source = $1 AND r.stream = k.stream AND r.scope = k.scope AND r.identity_id = k.identity_id AND r.until_seq IS NULL`,
      [frame.source, frame.seq],
    );
  }
}

async function openRecords(tx: Tx, frame: PublishFrame): Promise<void> {
  await tx.query(
    `INSERT INTO record (source, stream, scope, identity_id, from_seq, form, tag, tag_key, leaf, bucket, commit, body, personal, merged, bears_right)
     SELECT $1, x.stream, x.scope, x.identity_id, $2, $3, x.tag, $4, x.leaf, (get_byte(x.leaf, 0) << 4) | (get_byte(x.leaf, 1) >> 4),
            x.commit, x.body, x.personal, x.merged, x.bears_right
       FROM (SELECT a.stream, a.scope, a.identity_id, a.merged,
                    CASE WHEN a.merged THEN decode(s.merged ->> 'tag', 'hex') ELSE s.tag END AS tag,
                    CASE WHEN a.merged THEN decode(s.merged ->> 'leaf', 'hex') ELSE s.leaf END AS leaf,
                    CASE WHEN a.merged THEN decode(s.merged ->> 'commit', 'hex') ELSE s.commit END AS commit,
                    CASE WHEN a.merged THEN s.merged -> 'body' ELSE s.body END AS body,
                    CASE WHEN a.merged THEN s.merged -> 'personal' ELSE s.personal END AS personal,
                    a.merged OR s.bears_right AS bears_right
               FROM applying a JOIN stage_record s ON s.ctid = a.staged) x`,
    [frame.source, frame.seq, FORM, frame.tagKeyNo],
  );
}
