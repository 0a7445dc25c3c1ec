/** The product's own pipeline between something to read and a database of its own, whichever product is read. */
import type { AlertRouting } from '../../src/alerts/alert-routing.js';
import { driftBetween } from '../../src/drift/drift.view.js';
import type { DriftReport } from '../../src/drift/report.js';
import type { Database } from '../../src/platform/database.js';
import type { OwnTime } from '../../src/platform/own-time.js';
import { TagKeys } from '../../src/platform/tag-key.store.js';
import type { RiskTiers } from '../../src/access/risk.js';
import { riskTiersOf } from '../../src/rules/risk-tiers.view.js';
import type { RunOutcome } from '../../src/runs/claim.js';
import { LeasedRun } from '../../src/runs/leased-run.job.js';
import { PauseStore } from '../../src/runs/pause.store.js';
import { type OpenedSource, RunSource } from '../../src/runs/run-source.job.js';
import { ScheduleStore } from '../../src/runs/schedule.store.js';
import { SlotStore } from '../../src/runs/slot.store.js';
import { TIMING } from '../../src/runs/timing.js';
import type { HttpLimits } from '../../src/sources/http/limits.js';
import type { Source } from '../../src/sources/source.js';
import type { TestDatabase } from './database.js';
import { unsound } from './unsound.js';

export const ACTOR = 'a tester';

export interface Observed {
  readonly stream: string;
  readonly scope: string;
  readonly verdict: string;
  readonly reads: number;
  readonly unconfirmed: number;
  readonly held: number;
  readonly why: string | null;
}

/** How a simulated server is reached: what stands here counts instead of what the server itself would say. */
export interface Connection {
  readonly url?: string;
  readonly caPem?: string;
  readonly limits?: Partial<HttpLimits>;
}

export interface PipelineParts {
  /** Of the source. */
  readonly name: string;
  readonly kind: 'ivanti-epmm' | 'mambo-emm' | 'mambo-emm-files';
  readonly product: 'ivanti-epmm' | 'mambo-emm';
  readonly fullDetail: boolean;
  readonly database: TestDatabase;
  /** Somebody else's database, who also drops it. */
  readonly lent: boolean;
  /** Who is told; absent: nobody. */
  readonly routing?: AlertRouting | undefined;
  /** Absent: as it passes. */
  readonly time?: OwnTime;
  /** How long a run may read. */
  readonly runMs?: number;
}

/** Short enough for tests of silence, long enough for a busy machine. */
export const LIMITS = {
  connectMs: 2_000,
  headersMs: 1_000,
  idleMs: 1_000,
  pageMs: 2_500,
  pageBytes: 4 * 1024 ** 2,
  tries: 3,
};
/** The waits between attempts take no time. Nothing else of the product is replaced. */
export const WITHOUT_WAITING = { sleep: () => Promise.resolve(), random: () => 0 };
const RUN_LIMIT_MS = 60_000;

export abstract class SourcePipeline {
  connection: Connection = {};
  private readonly slots: SlotStore;
  private readonly runner: LeasedRun;
  private tiers: Promise<RiskTiers> | undefined;

  protected constructor(private readonly parts: PipelineParts) {
    this.slots = new SlotStore(this.db);
    const { routing, time } = parts;
    this.runner = new LeasedRun(
      this.slots,
      new RunSource({
        db: this.db,
        tagKeys: new TagKeys({ no: 1, key: Buffer.alloc(32, 7) }),
        slots: this.slots,
        ...(routing && { routing }),
        ...(time && { time }),
        open: () => this.opened(),
      }),
      TIMING,
      time,
    );
  }

  get db(): Database {
    return this.parts.database.db;
  }

  get ownerUrl(): string {
    return this.parts.database.ownerUrl;
  }

  /** What the next run reads. */
  protected abstract open(): Promise<Source>;

  protected async register(): Promise<void> {
    const { name, kind } = this.parts;
    await new ScheduleStore(this.db).register([{ name, kind }]);
  }

  /** "Run now", to its end. @throws RolewatchError source-paused */
  async run(): Promise<RunOutcome> {
    const claim = await this.slots.claimManual(this.parts.name);
    const { runMs = RUN_LIMIT_MS } = this.parts;
    return this.runner.perform(claim, { shutdown: new AbortController().signal, limitMs: runMs });
  }

  /** A run that must publish. @returns the snapshot's number */
  async publish(): Promise<number> {
    const { seq, why } = await this.run();
    if (seq === undefined) throw new Error(`nothing was published: ${why}`);
    return seq;
  }

  protected async report(from: number, to: number): Promise<DriftReport> {
    return driftBetween(this.db, this.parts.name, String(from), String(to));
  }

  async observations(seq: number): Promise<Observed[]> {
    return this.db.query<Observed>(
      `select stream, scope, verdict, reads, unconfirmed, held, why from observation
        where source = $1 and seq = $2 order by stream, scope`,
      [this.parts.name, seq],
    );
  }

  /** The lists that were not believed as a whole, or hold something back. */
  async doubts(seq: number): Promise<Observed[]> {
    const all = await this.observations(seq);
    return all.filter(({ verdict, held, unconfirmed }) => verdict !== 'complete' || held + unconfirmed > 0);
  }

  /** What does not hold, in words; nothing in a sound store. */
  async fsck(): Promise<string[]> {
    return unsound(this.db);
  }

  async resume(): Promise<void> {
    await new PauseStore(this.db).resume(this.parts.name, ACTOR);
  }

  async stop(): Promise<void> {
    if (!this.parts.lent) await this.parts.database.drop();
  }

  private async opened(): Promise<OpenedSource> {
    const { product, fullDetail } = this.parts;
    return {
      source: await this.open(),
      configDigest: '00',
      tiers: await (this.tiers ??= riskTiersOf(product)),
      simulated: true,
      fullDetail,
    };
  }
}
