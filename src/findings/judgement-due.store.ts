import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { isGone, thisProcess } from '../platform/this-process.js';
import type { Sql, Statements, Tx } from '../platform/tx.js';
import type { JudgementReason } from './why-due.js';

/** A snapshot that this process may judge, until `epoch` is no longer the row's. */
export interface JudgementClaim {
  readonly source: string;
  readonly id: string;
  readonly epoch: number;
  /** The snapshot to judge. */
  readonly seq: number;
  readonly reason: JudgementReason;
  /** The database's time: what the judgement is as of. */
  readonly asOf: Date;
}

/** How long a claim holds without a renewal; whoever is taken over is fenced, and nothing is lost. */
const LEASE_MS = 5 * 60_000;
/** A judgement that failed is tried again after a minute, then later and later. */
const RETRY_SECONDS = 60;
const LONGEST_RETRY_SECONDS = 3_600;

/** Inside the transaction that publishes a snapshot: it has to be judged. */
export async function dueForJudgement(tx: Tx, source: string, seq: number): Promise<void> {
  await insertDue(tx, source, 'published', seq);
}

/** The latest snapshot has to be judged again; asked twice, it is judged once. */
export async function dueAgain(
  tx: Tx,
  source: string,
  reason: Exclude<JudgementReason, 'published'>,
): Promise<void> {
  await insertDue(tx, source, reason, null);
}

async function insertDue(tx: Tx, source: string, reason: JudgementReason, seq: number | null): Promise<void> {
  await tx.execute(
    'INSERT INTO judgement_due (source, seq, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [source, seq, reason],
  );
}

interface DueRow {
  readonly id: string;
  readonly seq: number | null;
  readonly reason: JudgementReason;
  readonly due: boolean;
  readonly lease_until: Date | null;
  readonly holder: string | null;
  readonly now: Date;
  readonly last_seq: number;
}

/** Claims on the database's clock. Of one source the oldest snapshot is judged first, and one at a time. */
export class JudgementDueStore {
  private readonly db: Statements;

  constructor(
    db: Pick<Database, 'quick'>,
    private readonly leaseMs = LEASE_MS,
  ) {
    this.db = db.quick;
  }

  /** How often a claim is renewed while it is judged. */
  get renewMs(): number {
    return Math.max(100, this.leaseMs / 4);
  }

  /**
   * Claims what has to be judged next of a source; null: nothing, not yet, or somebody else is at it.
   * A lease whose holder is certainly gone is not waited for.
   */
  async claim(source: string): Promise<JudgementClaim | null> {
    return this.db.transaction(async (tx) => {
      // asked for twice, and judged meanwhile
      await tx.execute(
        'DELETE FROM judgement_due WHERE source = $1 AND seq < (SELECT max(seq) FROM judgement WHERE source = $1)',
        [source],
      );
      const rows = await tx.query<DueRow>(
        `SELECT d.id::text, d.seq, d.reason, d.due_at <= clock_timestamp() AS due, d.lease_until, d.holder, s.last_seq,
                date_trunc('milliseconds', clock_timestamp()) AS now
           FROM judgement_due d JOIN source s ON s.name = d.source
          WHERE d.source = $1 ORDER BY d.seq NULLS LAST, d.id FOR UPDATE OF d SKIP LOCKED`,
        [source],
      );
      const [next] = rows;
      // one that failed is waited for: judging the next snapshot first would tell its findings in the wrong order
      if (!next?.due || rows.some(isHeld) || (await othersAreAtIt(tx, source, rows))) return null;
      const [row] = await tx.query<{ epoch: number }>(
        `UPDATE judgement_due SET epoch = epoch + 1, holder = $3, lease_until = clock_timestamp() + $4 * interval '1 millisecond'
          WHERE source = $1 AND id = $2 RETURNING epoch`,
        [source, next.id, thisProcess(), this.leaseMs],
      );
      if (row === undefined) throw new Error('the row to claim is locked, and cannot be gone');
      const { id, reason, now: asOf } = next;
      return { source, id, epoch: row.epoch, seq: next.seq ?? next.last_seq, reason, asOf };
    });
  }

  /** Prolongs a claim that is still this one's. While its judgement is recorded its row is locked, and needs no lease. */
  async renew({ source, id, epoch }: JudgementClaim): Promise<void> {
    await this.db.query(
      `WITH mine AS (
         SELECT source, id FROM judgement_due WHERE source = $1 AND id = $2 AND epoch = $3 FOR UPDATE SKIP LOCKED
       )
       UPDATE judgement_due d SET lease_until = clock_timestamp() + $4 * interval '1 millisecond'
         FROM mine WHERE d.source = mine.source AND d.id = mine.id`,
      [source, id, epoch, this.leaseMs],
    );
  }

  /** Gives back what was not judged; with `why`, it is tried again later. Said twice, it counts once. */
  async handBack({ source, id, epoch }: JudgementClaim, why: string | null): Promise<void> {
    await this.db.query(
      `UPDATE judgement_due SET lease_until = NULL, holder = NULL, why = $4::text,
              failures = failures + ($4::text IS NOT NULL)::int,
              due_at = CASE WHEN $4::text IS NULL THEN due_at
                            ELSE clock_timestamp() + least((failures + 1) * $5::int, $6::int) * interval '1 second' END
        WHERE source = $1 AND id = $2 AND epoch = $3 AND holder IS NOT NULL`,
      [source, id, epoch, why, RETRY_SECONDS, LONGEST_RETRY_SECONDS],
    );
  }
}

/**
 * The first statements of the judging transaction: nobody else writes findings of the source until it ends, and the
 * row is still this claim's.
 * @throws RolewatchError fenced
 */
export async function lockForJudging(tx: Tx, claim: JudgementClaim): Promise<void> {
  await lockFindings(tx, claim.source);
  const [row] = await tx.query<{ epoch: number }>(
    'SELECT epoch FROM judgement_due WHERE source = $1 AND id = $2 FOR UPDATE',
    [claim.source, claim.id],
  );
  if (row?.epoch === claim.epoch) return;
  const what = `snapshot ${String(claim.seq)} of ${claim.source}`;
  throw new RolewatchError('fenced', `${what} is no longer this process's to judge: it was taken over`);
}

/** Any number that nobody else locks with a second key. */
const FINDINGS_LOCK = 727_073_690;

/** Whoever writes events of a source's findings locks this first. */
export async function lockFindings(tx: Tx, source: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [FINDINGS_LOCK, source]);
}

/** In the judging transaction: what was due is done. */
export async function endDue(tx: Tx, { source, id }: JudgementClaim): Promise<void> {
  await tx.execute('DELETE FROM judgement_due WHERE source = $1 AND id = $2', [source, id]);
}

function isHeld({ lease_until: until, holder, now }: DueRow): boolean {
  return until !== null && until >= now && (holder === null || !isGone(holder));
}

/** Rows that could not be locked are being claimed, or finished, by another process this moment. */
async function othersAreAtIt(tx: Sql, source: string, mine: readonly DueRow[]): Promise<boolean> {
  const others = await tx.query('SELECT FROM judgement_due WHERE source = $1 AND id <> ALL ($2::bigint[])', [
    source,
    mine.map(({ id }) => id),
  ]);
  return others.length > 0;
}
