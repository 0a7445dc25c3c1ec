import { preferSetJoins } from '../platform/planner.js';
import type { Tx } from '../platform/tx.js';
import { type ListReading, whyOf } from './list-reading.js';
import type { PublishFrame } from './publish-rows.store.js';
import { FORM } from './record-form.js';

/** How each list was obtained, what waits for a person, and what the next read may build on. */
export async function publishNotes(
  tx: Tx,
  frame: PublishFrame,
  readings: readonly ListReading[],
  observed: { readonly at: Date; readonly statedBy: string },
): Promise<void> {
  for (const reading of readings) {
    await observe(tx, frame, reading, observed);
    await watch(tx, frame, reading);
    if (reading.held) await hold(tx, frame, reading);
    if (reading.verdict === 'complete') await remember(tx, frame, reading);
    // what a partial read added is not what the pages of the read before it said
    else if (reading.applied.length > 0)
      await forgetPages(tx, frame.source, reading.step.stream, reading.step.scope);
  }
  await forgetScopes(tx, frame);
}

async function observe(
  tx: Tx,
  frame: PublishFrame,
  r: ListReading,
  observed: { at: Date; statedBy: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO observation (source, seq, stream, scope, verdict, rows, total, pages, pages_digest, read_from, read_to,
                              observed_at, stated_by, reads, unconfirmed, held, why)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      frame.source,
      frame.seq,
      r.step.stream,
      r.step.scope,
      r.verdict,
      r.rows,
      r.total,
      r.pages,
      r.pagesDigest,
      r.readFrom,
      r.readTo,
      observed.at,
      observed.statedBy,
      r.reads,
      r.unconfirmed,
      r.held?.count ?? 0,
      whyOf(r),
    ],
  );
}

/** From its first complete observation on, differences of a list are changes; before that they are its first read. */
async function watch(tx: Tx, frame: PublishFrame, { step, verdict, reads }: ListReading): Promise<void> {
  if (reads === 0) return; // planned and never asked for: nothing begins
  const list = [frame.source, step.stream, step.scope, frame.seq];
  await tx.query(
    `INSERT INTO watch (source, stream, scope, from_seq)
     SELECT $1, $2, $3, $4 WHERE NOT EXISTS
       (SELECT FROM watch WHERE source = $1 AND stream = $2 AND scope = $3 AND until_seq IS NULL)`,
    list,
  );
  if (verdict !== 'complete') return;
  await tx.query(
    `UPDATE watch SET first_complete_seq = $4
      WHERE source = $1 AND stream = $2 AND scope = $3 AND until_seq IS NULL AND first_complete_seq IS NULL`,
    list,
  );
}

/** The keys a person may release: those whose absence or loss matters. Directory entries without a right only count. */
async function hold(tx: Tx, frame: PublishFrame, { step }: ListReading): Promise<void> {
  await tx.query(
    `INSERT INTO hold (source, seq, stream, scope, identity_id)
     SELECT $1, $2, $3, $4, identity_id FROM (
       SELECT identity_id FROM stage_closing WHERE run_id = $5 AND stream = $3 AND scope = $4 AND matters AND NOT exempt
        UNION
       SELECT s.identity_id FROM stage_record s JOIN decision d ON d.stream = s.stream AND d.scope = s.scope
        WHERE s.run_id = $5 AND s.stream = $3 AND s.scope = $4 AND s.merged IS NOT NULL
          AND NOT EXISTS (SELECT FROM hold h WHERE h.source = $1 AND h.seq = d.hold_seq AND h.stream = $3 AND h.scope = $4 AND h.identity_id = s.identity_id)
     ) k`,
    [frame.source, frame.seq, step.stream, step.scope, frame.runId],
  );
}

/** A believed read uses up its release, fixes the source's repeats, and leaves its pages for the next comparison. */
async function remember(tx: Tx, frame: PublishFrame, reading: ListReading): Promise<void> {
  const { step, releaseId, repeated, accepted } = reading;
  const list = [frame.source, step.stream, step.scope];
  if (releaseId !== null) {
    await tx.query(
      `UPDATE release SET used_seq = $5 WHERE source = $1 AND stream = $2 AND scope = $3 AND id <= $4 AND used_seq IS NULL`,
      [...list, releaseId, frame.seq],
    );
  }
  await tx.query(
    `INSERT INTO known_repeat (source, stream, scope, identity_id, since_seq)
     SELECT $1, $2, $3, k, $5 FROM unnest($4::bigint[]) k ON CONFLICT DO NOTHING`,
    [...list, repeated, frame.seq],
  );
  // a habit that the source has given up must not excuse a row that hides another one
  await tx.query(
    `DELETE FROM known_repeat WHERE source = $1 AND stream = $2 AND scope = $3 AND identity_id <> ALL ($4::bigint[])`,
    [...list, repeated],
  );
  await keepPages(tx, frame, reading, accepted[accepted.length - 1] ?? 0);
}

/**
 * Pages whose bytes need not be looked into next time. Not of a held read: its pages do not say what is stored.
 * Pages read as "the same" stand for themselves already.
 */
async function keepPages(
  tx: Tx,
  frame: PublishFrame,
  { step, held, rows }: ListReading,
  attempt: number,
): Promise<void> {
  const staged = [frame.runId, step.stream, step.scope, attempt];
  const [spelt] = await tx.query<{ n: string }>(
    `SELECT count(*) AS n FROM stage_seen WHERE run_id = $1 AND stream = $2 AND scope = $3 AND attempt = $4`,
    staged,
  );
  if (held === null && rows > 0 && Number(spelt?.n) === 0) return;
  await forgetPages(tx, frame.source, step.stream, step.scope);
  if (held !== null) return;
  await preferSetJoins(tx);
  await tx.query(
    `INSERT INTO page (source, stream, scope, no, form, hash, rows, total, identity_ids)
     SELECT $5, p.stream, p.scope, p.no, $6, p.hash, p.rows, p.total, coalesce(k.ids, '{}')
       FROM stage_page p
       LEFT JOIN (SELECT page_no, array_agg(identity_id) AS ids FROM stage_seen
                   WHERE run_id = $1 AND stream = $2 AND scope = $3 AND attempt = $4 GROUP BY page_no) k ON k.page_no = p.no
      WHERE p.run_id = $1 AND p.stream = $2 AND p.scope = $3 AND p.attempt = $4`,
    [...staged, frame.source, FORM],
  );
}

async function forgetPages(tx: Tx, source: string, stream: string, scope: string): Promise<void> {
  await tx.query(`DELETE FROM page WHERE source = $1 AND stream = $2 AND scope = $3`, [
    source,
    stream,
    scope,
  ]);
}

/** Which entries are kept with their names depends on links and role-holding OUs: when those move, look again. */
export async function forgetAllPages(tx: Tx, source: string): Promise<void> {
  await tx.query(`DELETE FROM page WHERE source = $1`, [source]);
}

async function forgetScopes(tx: Tx, frame: PublishFrame): Promise<void> {
  const left = [frame.source, frame.leftScopes];
  await tx.query(`DELETE FROM page WHERE source = $1 AND scope = ANY ($2::text[])`, left);
  await tx.query(`DELETE FROM known_repeat WHERE source = $1 AND scope = ANY ($2::text[])`, left);
  await tx.query(
    `UPDATE watch SET until_seq = $3 WHERE source = $1 AND scope = ANY ($2::text[]) AND until_seq IS NULL AND from_seq < $3`,
    [...left, frame.seq],
  );
}
