import { isDatabaseAway, onceItAnswers } from '../platform/database-away.js';
import { databaseWords } from '../platform/database-words.js';
import { messageOf } from '../platform/errors.js';
import { OWN_TIME, type OwnTime } from '../platform/own-time.js';
import type { Claim, Runner, RunOutcome } from './claim.js';
import type { SlotStore } from './slot.store.js';
import { MOST_ATTEMPTS, TIMING, type Timing } from './timing.js';

/** Reasons this file aborts a run with; the run's own words are kept where it has better ones. */
const LOST = 'its lease was lost: another process may read the source now';
const UNRENEWED = 'its lease could not be renewed in time: the database was away';

/** A renewal that failed is tried again so soon. */
const RETRY_MS = 1_000;

/** A run that the database, not the source, has ended: the slot is due again. */
interface CutOff {
  readonly outcome: 'cut-off';
  readonly why: string;
}

export interface RunOptions {
  /** Aborted when the process is asked to stop: the slot is then handed back. */
  readonly shutdown: AbortSignal;
  /** The longest a source may be read, in milliseconds. */
  readonly limitMs: number;
}

/** Runs a claimed slot under its lease, and sees to it that the slot ends. Every run goes through here. */
export class LeasedRun {
  constructor(
    private readonly slots: SlotStore,
    private readonly runner: Runner,
    private readonly timing: Pick<Timing, 'leaseMs' | 'renewMs'> = TIMING,
    private readonly time: OwnTime = OWN_TIME,
  ) {}

  /**
   * @returns how the attempt ended; never rejects because of what the run did
   * @throws what the database throws if even the end cannot be recorded: the lease then runs out by itself
   */
  async perform(claim: Claim, { shutdown, limitMs }: RunOptions): Promise<RunOutcome> {
    const reading = new AbortController();
    const stopped = new AbortController();
    const tooLong = `it took longer than ${String(Math.round(limitMs / 60_000))} minutes (limits.runMinutes)`;
    void this.passed(limitMs, stopped.signal).then((late) => late && reading.abort(new Error(tooLong)));
    const renewing = this.keepLease(claim, reading, stopped.signal);
    let outcome: RunOutcome | CutOff;
    try {
      outcome = await this.runner.run(claim, AbortSignal.any([reading.signal, shutdown]), limitMs);
    } catch (error) {
      outcome = await this.afterThrow(claim, error);
    } finally {
      stopped.abort();
      await renewing;
    }
    return this.end(claim, outcome, reading.signal, shutdown);
  }

  /** A run that threw may have been cut off while its commit was under way: the slot knows. */
  private async afterThrow(claim: Claim, error: unknown): Promise<RunOutcome | CutOff> {
    const fate = await this.recorded(() => this.slots.fateOf(claim.source, claim.dueAt));
    if (fate?.state === 'published' && fate.runId === claim.runId && fate.seq !== null) {
      return { outcome: 'published', seq: fate.seq };
    }
    const why = wordsOf(error);
    return isDatabaseAway(error)
      ? { outcome: 'cut-off', why: `the database was away: ${why}` }
      : { outcome: 'failed', why };
  }

  private async end(
    claim: Claim,
    outcome: RunOutcome | CutOff,
    reading: AbortSignal,
    shutdown: AbortSignal,
  ): Promise<RunOutcome> {
    if (outcome.outcome === 'published') return outcome;
    if (shutdown.aborted && !reading.aborted && outcome.outcome !== 'fenced') {
      await this.recorded(() => this.slots.handBack(claim));
      return { outcome: 'failed', why: 'interrupted' };
    }
    const aborted = reading.aborted ? wordsOf(reading.reason) : undefined;
    const isLease = aborted === LOST || aborted === UNRENEWED;
    // a read that takes too long is best told with where it was
    const told = [aborted, isLease ? undefined : outcome.why].filter((words) => words !== undefined);
    const why = told.join('; ') || 'no reason given';
    const cutOff = outcome.outcome === 'cut-off' || aborted === UNRENEWED;
    if (cutOff && claim.epoch < MOST_ATTEMPTS) {
      await this.recorded(() => this.slots.handBack(claim, why));
      return { outcome: 'failed', why };
    }
    return { outcome: await this.recorded(() => this.slots.fail(claim, why)), why };
  }

  /** Waits for a database that is away for as long as the lease may hold: after that, others may have taken over. */
  private recorded<T>(work: () => Promise<T>): Promise<T> {
    return onceItAnswers(work, this.timing.leaseMs, this.time);
  }

  /** Renews until `stop`; aborts the reading when the lease is somebody else's, or could not be renewed while it held. */
  private async keepLease(claim: Claim, reading: AbortController, stop: AbortSignal): Promise<void> {
    // The process's own monotonic clock, and only to give up early: whether the lease holds, the database says.
    let heldSince = this.time.now();
    let pauseMs = this.timing.renewMs;
    while (await this.passed(pauseMs, stop)) {
      pauseMs = this.timing.renewMs;
      const asked = this.time.now();
      try {
        const renewal = await this.slots.renew(claim);
        if (renewal === 'lost') reading.abort(new Error(LOST));
        if (renewal !== 'renewed') return;
        heldSince = asked;
      } catch (error) {
        pauseMs = Math.min(RETRY_MS, this.timing.renewMs);
        if (this.time.now() - heldSince < this.timing.leaseMs) continue;
        reading.abort(new Error(UNRENEWED, { cause: error }));
        return;
      }
    }
  }

  /** @returns false if `stop` came first */
  private async passed(ms: number, stop: AbortSignal): Promise<boolean> {
    return this.time.sleep(ms, stop).then(
      () => true,
      () => false,
    );
  }
}

function wordsOf(reason: unknown): string {
  return databaseWords(reason) ?? messageOf(reason);
}
