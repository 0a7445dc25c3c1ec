import type { Sql } from '../platform/tx.js';
import type { Claim, RunOutcome } from './claim.js';

/** Records that an attempt begins; earlier attempts at the same slot that never ended are recorded as fenced. */
export async function beginRun(sql: Sql, attempt: Omit<Claim, 'runId'>): Promise<bigint> {
  const { source, dueAt, epoch, baseSeq } = attempt;
  await sql.query(
    `UPDATE run SET outcome = 'fenced', why = 'its lease ran out and the slot was claimed again', ended_at = clock_timestamp()
      WHERE source = $1 AND due_at = $2 AND ended_at IS NULL`,
    [source, dueAt],
  );
  const [row] = await sql.query<{ id: string }>(
    'INSERT INTO run (source, due_at, epoch, base_seq, started_at) VALUES ($1, $2, $3, $4, clock_timestamp()) RETURNING id',
    [source, dueAt, epoch, baseSeq],
  );
  if (row === undefined) throw new Error('INSERT INTO run gave no id');
  return BigInt(row.id);
}

/** Records how an attempt ended, once: a later word on the same attempt changes nothing. */
export async function endRun(
  sql: Sql,
  claim: Claim,
  end: Pick<RunOutcome, 'outcome' | 'why'>,
): Promise<void> {
  await sql.query(
    'UPDATE run SET outcome = $2, why = $3, ended_at = clock_timestamp() WHERE id = $1 AND ended_at IS NULL',
    [claim.runId, end.outcome, end.why ?? null],
  );
}

/** Attempts at slots that ended without them: their processes stopped, and say nothing any more. */
export async function endAttempts(sql: Sql, source: string, dueAts: readonly Date[]): Promise<void> {
  await sql.query(
    `UPDATE run SET outcome = 'fenced', why = 'its process stopped before publishing', ended_at = clock_timestamp()
      WHERE source = $1 AND due_at = ANY ($2) AND ended_at IS NULL`,
    [source, dueAts],
  );
}
