import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { isGone, someoneHere } from '../platform/this-process.js';
import type { Sql, Statements, Tx } from '../platform/tx.js';
import type { Claim } from './claim.js';
import { forgetHint, hinter, isHintDue, takeHint, waitingHints } from './hint.store.js';
import { beginRun, endRun } from './run.store.js';
import { MOST_ATTEMPTS, TIMING, type Timing } from './timing.js';

/** What became of a renewal: a slot being published is locked, and needs no lease any more. */
export type Renewal = 'renewed' | 'publishing' | 'lost';

/** Where a slot stands; `seq` once it is published. */
export interface SlotFate {
  readonly state: 'due' | 'leased' | 'published' | 'failed' | 'missed';
  readonly epoch: number;
  readonly runId: bigint | null;
  readonly seq: number | null;
  readonly why: string | null;
}

export interface ManualClaim {
  /** Closes the books on a source: it is sent nothing, so that a pause does not matter, and closed once. */
  readonly toRetire?: boolean;
  /** By whom, to be logged. */
  readonly asked?: string;
}

const FORGOTTEN = 'what its process did is not there: the database was away, or another server took over';
/** After a claim, its run has begun by then. */
const SURELY_BEGUN_MS = 5_000;

const STOPPED = 'interrupted: the process that read it was asked to stop';

interface SourceRow {
  readonly last_seq: number;
  readonly retired_seq: number | null;
  readonly paused_at: Date | null;
  readonly paused_why: string | null;
}

/** Claimable: due, or claimed by somebody whose lease ran out. */
const CLAIMABLE = `due_at <= clock_timestamp() AND (state = 'due' OR (state = 'leased' AND lease_until < clock_timestamp()))`;

/**
 * Claims of slots, their leases and their ends, on the database's clock.
 *
 * Order of locks: whoever claims locks the source, then slots with SKIP LOCKED; whoever publishes locks the slot,
 * then the source. The one that comes second therefore skips, and the two never wait for each other.
 */
export class SlotStore {
  private readonly quick: Statements;

  constructor(
    private readonly db: Database,
    private readonly timing: Pick<Timing, 'leaseMs'> = TIMING,
    private readonly holder = someoneHere(),
  ) {
    this.quick = db.quick;
  }

  /** Claims up to `limit` due slots of these sources, the longest due first; at most one a source. */
  async claimDue(sources: readonly string[], limit: number): Promise<Claim[]> {
    const candidates = await this.quick.query<{ source: string }>(
      `SELECT source FROM slot WHERE source = ANY($1) AND state IN ('due', 'leased') AND ${CLAIMABLE}
        GROUP BY source ORDER BY min(due_at)`,
      [sources],
    );
    const claims: Claim[] = [];
    for (const { source } of candidates) {
      if (claims.length >= limit) break;
      const claim = await this.quick.transaction((tx) => this.claimNewest(tx, source));
      if (claim !== null) claims.push(claim);
    }
    return claims;
  }

  /**
   * "Run now": makes a slot of its own, due now, and claims it.
   * @throws RolewatchError unknown-source, source-paused, source-busy, refused
   */
  async claimManual(source: string, how: ManualClaim = {}): Promise<Claim> {
    // Waits, as long as it takes, for a publication: nobody else keeps a source locked.
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<SourceRow>(
        'SELECT last_seq, retired_seq, paused_at, paused_why FROM source WHERE name = $1 FOR UPDATE',
        [source],
      );
      if (row === undefined) throw new RolewatchError('unknown-source', `no source is called "${source}"`);
      if (how.toRetire === true && row.retired_seq !== null)
        throw new RolewatchError('refused', `${source} is retired already`);
      if (row.paused_at !== null && how.toRetire !== true)
        throw pausedError(source, row.paused_at, row.paused_why);
      await releaseGone(tx, source);
      const busyUntil = await leasedUntil(tx, source);
      if (busyUntil !== null) throw busyError(source, busyUntil);
      return this.leaseManual(tx, source, row.last_seq, how.asked);
    });
  }

  /** Claims up to `limit` of these sources that a hint waits for, in slots of their own; those that may not be read yet wait on. */
  async claimHinted(sources: readonly string[], limit: number): Promise<Claim[]> {
    if (limit <= 0) return [];
    const claims: Claim[] = [];
    for (const source of await waitingHints(this.quick, sources)) {
      if (claims.length >= limit) break;
      const claim = await this.quick.transaction((tx) => this.claimHint(tx, source));
      if (claim !== null) claims.push(claim);
    }
    return claims;
  }

  /** Prolongs a lease that is still this claim's, even if it has just run out and nobody has taken over. */
  async renew(claim: Claim): Promise<Renewal> {
    const [slot] = await this.quick.query<{ renewed: boolean }>(
      `WITH mine AS (
         SELECT source, due_at FROM slot
          WHERE source = $1 AND due_at = $2 AND epoch = $3 AND state = 'leased' FOR UPDATE SKIP LOCKED
       ), renewed AS (
         UPDATE slot SET lease_until = clock_timestamp() + $4 * interval '1 millisecond'
           FROM mine WHERE slot.source = mine.source AND slot.due_at = mine.due_at RETURNING 1
       )
       SELECT EXISTS (SELECT FROM renewed) AS renewed FROM slot
        WHERE source = $1 AND due_at = $2 AND epoch = $3 AND state = 'leased'`,
      [claim.source, claim.dueAt, claim.epoch, this.timing.leaseMs],
    );
    if (slot === undefined) return 'lost';
    return slot.renewed ? 'renewed' : 'publishing';
  }

  /**
   * The first statement of the publishing transaction: locks the slot, and the source after it.
   * @throws RolewatchError fenced, if the slot is no longer this claim's; superseded, if its state is not the latest
   */
  async lockForPublish(tx: Tx, claim: Claim): Promise<void> {
    const [slot] = await tx.query<{ epoch: number; state: string }>(
      'SELECT epoch, state FROM slot WHERE source = $1 AND due_at = $2 FOR UPDATE',
      [claim.source, claim.dueAt],
    );
    if (slot?.epoch !== claim.epoch || slot.state !== 'leased') throw fencedError(claim);
    const [source] = await tx.query<{ last_seq: number }>(
      'SELECT last_seq FROM source WHERE name = $1 FOR UPDATE',
      [claim.source],
    );
    if (source?.last_seq === claim.baseSeq) return;
    const found = `it stands on snapshot ${String(claim.baseSeq)}, the latest is ${String(source?.last_seq)}`;
    throw new RolewatchError('superseded', `this run of ${claim.source} cannot be published: ${found}`);
  }

  /** Ends slot and run in the publishing transaction. */
  async markPublished(tx: Tx, claim: Claim, seq: number): Promise<void> {
    const touched = await tx.execute(
      `UPDATE slot SET state = 'published', seq = $4, lease_until = NULL, why = NULL, ended_at = clock_timestamp()
        WHERE source = $1 AND due_at = $2 AND epoch = $3 AND state = 'leased'`,
      [claim.source, claim.dueAt, claim.epoch, seq],
    );
    if (touched !== 1) throw fencedError(claim);
    await endRun(tx, claim, { outcome: 'published' });
    await forgetHint(tx, claim);
  }

  /** Ends the slot as failed, if it is still this claim's; the run ends in any case. */
  async fail(claim: Claim, why: string): Promise<'failed' | 'fenced'> {
    return this.quick.transaction(async (tx) => {
      const touched = await tx.execute(
        `UPDATE slot SET state = 'failed', why = $4, lease_until = NULL, ended_at = clock_timestamp()
          WHERE source = $1 AND due_at = $2 AND epoch = $3 AND state = 'leased'`,
        [claim.source, claim.dueAt, claim.epoch, why],
      );
      const outcome = touched === 1 ? 'failed' : 'fenced';
      await endRun(tx, claim, { outcome, why });
      if (outcome === 'failed') await forgetHint(tx, claim);
      return outcome;
    });
  }

  /**
   * Gives an unfinished slot back: it is due again, for anybody, with its epoch. A manual one fails instead: whoever
   * asked for it is gone, or is told.
   */
  async handBack(claim: Claim, why = STOPPED): Promise<void> {
    await this.quick.transaction(async (tx) => {
      await tx.execute(
        `UPDATE slot SET lease_until = NULL,
                state = CASE trigger WHEN 'manual' THEN 'failed' ELSE 'due' END,
                why = CASE trigger WHEN 'manual' THEN $4 END,
                ended_at = CASE trigger WHEN 'manual' THEN clock_timestamp() END
          WHERE source = $1 AND due_at = $2 AND epoch = $3 AND state = 'leased'`,
        [claim.source, claim.dueAt, claim.epoch, why],
      );
      await endRun(tx, claim, { outcome: 'failed', why });
    });
  }

  /**
   * Gives back what is leased to this holder and not being read: the answer to a claim was lost, or a publication was
   * when another server took over. Nobody else may, before the lease has run out. At most ten times a slot.
   * @param reading runs that this holder is at
   */
  async handBackForgotten(reading: readonly bigint[]): Promise<Claim[]> {
    const rows = await this.quick.query<{ source: string; due_at: Date; epoch: number; run_id: string }>(
      `SELECT source, due_at, epoch, run_id FROM slot
        WHERE holder = $1 AND state = 'leased' AND run_id <> ALL ($2::bigint[])
          AND lease_until < clock_timestamp() + $3 * interval '1 millisecond'`,
      [this.holder, reading, this.timing.leaseMs - SURELY_BEGUN_MS],
    );
    const claims = rows.map(({ source, due_at: dueAt, epoch, run_id: runId }): Claim => {
      return { source, dueAt, epoch, runId: BigInt(runId), baseSeq: 0 };
    });
    for (const claim of claims)
      await (claim.epoch < MOST_ATTEMPTS ? this.handBack(claim, FORGOTTEN) : this.fail(claim, FORGOTTEN));
    return claims;
  }

  /** What became of a slot: asked before anything else when the fate of a commit is unknown. */
  async fateOf(source: string, dueAt: Date): Promise<SlotFate | null> {
    const [row] = await this.quick.query<Omit<SlotFate, 'runId'> & { run_id: string | null }>(
      'SELECT state, epoch, run_id, seq, why FROM slot WHERE source = $1 AND due_at = $2',
      [source, dueAt],
    );
    if (row === undefined) return null;
    const { run_id: runId, ...fate } = row;
    return { ...fate, runId: runId === null ? null : BigInt(runId) };
  }

  /** The newest claimable slot of a source, claimed; null if there is none, or somebody else is at the source. */
  private async claimNewest(tx: Tx, source: string): Promise<Claim | null> {
    const [free] = await tx.query<{ last_seq: number }>(
      'SELECT last_seq FROM source WHERE name = $1 AND paused_at IS NULL FOR UPDATE SKIP LOCKED',
      [source],
    );
    // The lease is looked for in a statement of its own: one begun before the lock would not see a claim just made.
    if (free === undefined || (await leasedUntil(tx, source)) !== null) return null;
    const [slot] = await tx.query<{ due_at: Date }>(
      `SELECT due_at FROM slot WHERE source = $1 AND ${CLAIMABLE} ORDER BY due_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [source],
    );
    return slot === undefined ? null : this.lease(tx, source, slot.due_at, free.last_seq);
  }

  private async claimHint(tx: Tx, source: string): Promise<Claim | null> {
    const [free] = await tx.query<{ last_seq: number }>(
      'SELECT last_seq FROM source WHERE name = $1 AND paused_at IS NULL AND retired_seq IS NULL FOR UPDATE SKIP LOCKED',
      [source],
    );
    // as above: what others did before the lock is seen by a statement that begins after it
    if (free === undefined || (await leasedUntil(tx, source)) !== null) return null;
    return !(await isHintDue(tx, source))
      ? null
      : this.leaseManual(tx, source, free.last_seq, hinter(source));
  }

  private async leaseManual(tx: Tx, source: string, baseSeq: number, asked?: string): Promise<Claim> {
    const dueAt = await insertManual(tx, source);
    if (asked !== undefined) {
      const detail = { slot: dueAt.toISOString() };
      await appendAction(tx, { actor: asked, action: 'run-started', source, detail });
    }
    return this.lease(tx, source, dueAt, baseSeq);
  }

  private async lease(tx: Tx, source: string, dueAt: Date, baseSeq: number): Promise<Claim> {
    const [slot] = await tx.query<{ epoch: number }>(
      `UPDATE slot SET state = 'leased', epoch = epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 millisecond', holder = $4
        WHERE source = $1 AND due_at = $2 RETURNING epoch`,
      [source, dueAt, this.timing.leaseMs, this.holder],
    );
    if (slot === undefined) throw new Error('the slot to lease is gone');
    const runId = await beginRun(tx, { source, dueAt, epoch: slot.epoch, baseSeq });
    await tx.execute('UPDATE slot SET run_id = $3 WHERE source = $1 AND due_at = $2', [source, dueAt, runId]);
    await takeHint(tx, source, runId);
    return { source, dueAt, epoch: slot.epoch, runId, baseSeq };
  }
}

/**
 * A lease whose holder is certainly gone need not be waited for: a manual slot ends as failed, a scheduled one can be
 * claimed again. Were the holder there after all, the fence would stop it.
 */
async function releaseGone(tx: Tx, source: string): Promise<void> {
  const slots = await tx.query<{ due_at: Date; holder: string | null; expired: boolean }>(
    `SELECT due_at, holder, lease_until < clock_timestamp() AS expired FROM slot WHERE source = $1 AND state = 'leased' FOR UPDATE SKIP LOCKED`,
    [source],
  );
  const gone = slots.filter(({ holder, expired }) => expired || (holder !== null && isGone(holder)));
  await tx.query(
    `UPDATE slot SET lease_until = NULL, holder = NULL, epoch = epoch + 1,
            state = CASE trigger WHEN 'manual' THEN 'failed' ELSE 'due' END,
            why = CASE trigger WHEN 'manual' THEN 'the process that read it ended before it could publish' END,
            ended_at = CASE trigger WHEN 'manual' THEN clock_timestamp() END
      WHERE source = $1 AND due_at = ANY ($2)`,
    [source, gone.map((slot) => slot.due_at)],
  );
  await tx.query(
    `UPDATE run SET outcome = 'fenced', why = 'its process is gone', ended_at = clock_timestamp()
      WHERE source = $1 AND due_at = ANY ($2) AND ended_at IS NULL`,
    [source, gone.map((slot) => slot.due_at)],
  );
}

/** Until when somebody holds a live lease on the source, or null. */
async function leasedUntil(sql: Sql, source: string): Promise<Date | null> {
  const [row] = await sql.query<{ until: Date | null }>(
    `SELECT max(lease_until) AS until FROM slot
      WHERE source = $1 AND state = 'leased' AND lease_until >= clock_timestamp()`,
    [source],
  );
  return row?.until ?? null;
}

/** Slots are kept to the millisecond, as JavaScript's dates are; a moment that is taken gives way to the next. */
async function insertManual(tx: Tx, source: string): Promise<Date> {
  for (;;) {
    const [row] = await tx.query<{ due_at: Date }>(
      `INSERT INTO slot (source, due_at, trigger) VALUES ($1, date_trunc('milliseconds', clock_timestamp()), 'manual')
       ON CONFLICT DO NOTHING RETURNING due_at`,
      [source],
    );
    if (row !== undefined) return row.due_at;
  }
}

function fencedError(claim: Claim): RolewatchError {
  const slot = `the slot ${claim.dueAt.toISOString()} of ${claim.source}`;
  return new RolewatchError(
    'fenced',
    `${slot} is no longer this run's: its lease ran out and it was taken over`,
  );
}

function busyError(source: string, until: Date): RolewatchError {
  return new RolewatchError(
    'source-busy',
    `${source} is being read; its lease holds until ${until.toISOString()}`,
  );
}

export function pausedError(source: string, at: Date, why: string | null): RolewatchError {
  const since = `${source} is paused since ${at.toISOString()}${why === null ? '' : `: ${why}`}`;
  return new RolewatchError('source-paused', `${since}. When that is mended: rolewatch resume ${source}`);
}
