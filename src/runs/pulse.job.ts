import { inLog } from '../platform/database-words.js';
import { RolewatchError } from '../platform/errors.js';
import type { Log } from '../platform/log.js';
import { OWN_TIME, type OwnTime } from '../platform/own-time.js';
import { within } from '../platform/within.js';
import type { Claim } from './claim.js';
import type { LeasedRun } from './leased-run.job.js';
import type { ScheduledSource, ScheduleStore } from './schedule.store.js';
import type { SlotStore } from './slot.store.js';
import { MAX_RUNS, TIMING, type Timing } from './timing.js';

/** A source the pulse looks after. */
export interface PulsedSource extends ScheduledSource {
  /** The longest it may be read, in milliseconds. */
  readonly limitMs: number;
}

/**
 * What one replica does at each pulse: see the slots that are coming, claim what is due, read it.
 * Any number of replicas do the same; PostgreSQL decides who reads what.
 */
export class PulseJob {
  private readonly running = new Map<bigint, Promise<void>>();
  private readonly stopping = new AbortController();
  private beating: Promise<void> | null = null;
  private retiring: Promise<void> | null = null;
  private lookedAt: number | null = null;
  private drained: Promise<void> | null = null;
  private resting: string | null = null;

  constructor(
    private readonly sources: readonly PulsedSource[],
    private readonly schedules: ScheduleStore,
    private readonly slots: SlotStore,
    private readonly runs: LeasedRun,
    private readonly retire: (configured: readonly string[]) => Promise<readonly string[]>,
    private readonly log: Log,
    private readonly timing: Pick<Timing, 'graceMs' | 'handBackMs'> = TIMING,
    private readonly time: OwnTime = OWN_TIME,
  ) {}

  /** One pulse; one that comes while the last is still going on does nothing. Never rejects. */
  async beat(): Promise<void> {
    if (this.drained !== null || this.beating !== null) return;
    this.beating = this.look().catch((error: unknown) => {
      // the database may be away for a while: the next pulse asks again
      this.log.error('pulse failed', inLog(error));
    });
    await this.beating;
    this.beating = null;
  }

  /** From now on, for this reason, it begins nothing; null: it does again. What is under way ends as it began. */
  rest(why: string | null): void {
    this.resting = why;
  }

  /** Since it last looked for work to the end, in milliseconds; null: not yet. By the process's own monotonic clock. */
  get lookedMsAgo(): number | null {
    return this.lookedAt === null ? null : performance.now() - this.lookedAt;
  }

  /**
   * "Run now": begins a run of its own slot and waits no longer.
   * @param asked who asks, for the log of actions
   * @throws RolewatchError unknown-source, source-paused, source-busy, stopping
   */
  async startNow(source: string, asked: string): Promise<Claim> {
    if (this.drained !== null)
      throw new RolewatchError('stopping', 'this process is about to end: ask again');
    if (this.resting !== null)
      throw new RolewatchError('stopping', `this process takes no more work: ${this.resting}`);
    if (!this.sources.some(({ name }) => name === source))
      throw new RolewatchError('unknown-source', `this process knows no source "${source}"`);
    if (this.running.size >= MAX_RUNS)
      throw new RolewatchError(
        'source-busy',
        `this process reads ${MAX_RUNS} sources already: ask again later`,
      );
    const claim = await this.slots.claimManual(source, { asked });
    this.begin(claim);
    return claim;
  }

  /** Begins the run that a hint at this source waits for, if it may begin now and here. @returns whether it does */
  async startHinted(source: string): Promise<boolean> {
    if (this.drained !== null || this.resting !== null) return false;
    const [claim] = await this.slots.claimHinted([source], MAX_RUNS - this.running.size);
    if (claim !== undefined) this.begin(claim);
    return claim !== undefined;
  }

  /** Resolves once every run that has been begun has ended. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
    await this.retiring;
  }

  /**
   * Takes no more work and waits: first for the runs to end by themselves, then, aborted, to hand their slots back.
   * What is not done by then is taken over when its lease runs out.
   */
  drain(): Promise<void> {
    return (this.drained ??= this.stop());
  }

  private async stop(): Promise<void> {
    if (await this.idleWithin(this.timing.graceMs)) return;
    this.log.info('stopping: runs are aborted', { count: this.running.size });
    this.stopping.abort(new Error('the process was asked to stop'));
    if (await this.idleWithin(this.timing.handBackMs)) return;
    this.log.warn('stopping: runs did not end in time', { count: this.running.size });
  }

  private async idleWithin(ms: number): Promise<boolean> {
    return within(ms, this.settled(), this.time);
  }

  /** A look that is under way may still begin runs, or wait for a database that does not answer. */
  private async settled(): Promise<void> {
    await this.beating;
    await this.idle();
  }

  private async look(): Promise<void> {
    const names = this.sources.map((source) => source.name);
    await this.schedules.register(this.sources);
    for (const source of this.sources) await this.schedules.seeSlots(source);
    await this.schedules.endUnconfigured(names);
    if (this.drained !== null) return;
    await this.handBackForgotten();
    for (const claim of await this.slots.claimDue(names, MAX_RUNS - this.running.size)) this.begin(claim);
    for (const claim of await this.slots.claimHinted(names, MAX_RUNS - this.running.size)) this.begin(claim);
    this.lookedAt = performance.now();
    // it publishes, which takes a while: what is due waits neither for that nor for its success
    this.retiring ??= this.retireDropped(names).finally(() => (this.retiring = null));
  }

  /** Retiring a source claims a slot, too, and is not among the runs. */
  private async handBackForgotten(): Promise<void> {
    if (this.retiring !== null) return;
    for (const { source, dueAt, runId } of await this.slots.handBackForgotten([...this.running.keys()]))
      this.log.warn('a slot of ours that nobody reads is handed back', { source, slot: dueAt, run: runId });
  }

  private async retireDropped(names: readonly string[]): Promise<void> {
    try {
      for (const source of await this.retire(names))
        this.log.info('no longer configured: retired', { source });
    } catch (error) {
      this.log.error('what is no longer configured could not be retired', inLog(error));
    }
  }

  private begin(claim: Claim): void {
    const run = this.perform(claim)
      .catch((error: unknown) => {
        this.log.error('the end of a run could not be recorded', {
          source: claim.source,
          run: claim.runId,
          error,
        });
      })
      .finally(() => this.running.delete(claim.runId));
    this.running.set(claim.runId, run);
  }

  private async perform(claim: Claim): Promise<void> {
    const about = { source: claim.source, slot: claim.dueAt, run: claim.runId };
    const limitMs = this.sources.find((source) => source.name === claim.source)?.limitMs ?? 0;
    this.log.info('run begins', { ...about, epoch: claim.epoch });
    const { outcome, seq, why } = await this.runs.perform(claim, { shutdown: this.stopping.signal, limitMs });
    this.log[outcome === 'published' ? 'info' : 'warn']('run ended', { ...about, outcome, seq, why });
  }
}
