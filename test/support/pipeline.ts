import { NO_RULES } from './no-rules.js';
import type { Estate } from '../../demo/estate/estate.js';
import { EpmmServer } from '../../demo/estate/epmm-server.js';
import type { AlertRouting } from '../../src/alerts/alert-routing.js';
import { driftBetween } from '../../src/drift/drift.view.js';
import type { ReportedChange } from '../../src/drift/report.js';
import type { Database } from '../../src/platform/database.js';
import type { OwnTime } from '../../src/platform/own-time.js';
import { TagKeys } from '../../src/platform/tag-key.store.js';
import { riskTiersOf } from '../../src/rules/risk-tiers.view.js';
import type { RunOutcome } from '../../src/runs/claim.js';
import { fsck } from '../../src/runs/fsck/fsck.job.js';
import { LeasedRun } from '../../src/runs/leased-run.job.js';
import { PauseStore } from '../../src/runs/pause.store.js';
import { type OpenedSource, RunSource } from '../../src/runs/run-source.job.js';
import { ScheduleStore } from '../../src/runs/schedule.store.js';
import { SlotStore } from '../../src/runs/slot.store.js';
import { TIMING } from '../../src/runs/timing.js';
import { releaseHeld } from '../../src/snapshots/release.store.js';
import {
  createIvantiEpmm,
  type IvantiEpmmSettings,
} from '../../src/sources/ivanti-epmm/ivanti-epmm.client.js';
import { createIvantiEpmmFiles } from '../../src/sources/ivanti-epmm/ivanti-epmm-files.client.js';
import type { Source } from '../../src/sources/source.js';
import { freshDatabase, type TestDatabase } from './database.js';

export const SOURCE = 'hq';
const ACTOR = 'a tester';

export interface Observed {
  readonly stream: string;
  readonly scope: string;
  readonly verdict: string;
  readonly reads: number;
  readonly unconfirmed: number;
  readonly held: number;
  readonly why: string | null;
}

export interface PipelineSettings {
  readonly estate: Estate;
  readonly pageSize?: number;
  /** Who is told; absent: nobody. */
  readonly routing?: AlertRouting;
  /** Absent: as it passes. */
  readonly time?: OwnTime;
  /** How long a run may read. */
  readonly runMs?: number;
  /** Somebody else's, who also drops it; absent: one of its own. */
  readonly database?: TestDatabase;
}

/** Short enough for tests of silence, long enough for a busy machine. */
const LIMITS = {
  connectMs: 2_000,
  headersMs: 1_000,
  idleMs: 1_000,
  pageMs: 2_500,
  pageBytes: 4 * 1024 ** 2,
  tries: 3,
};

/**
 * The product's own pipeline between a simulated server and a database of its own. Nothing of it is replaced except
 * the waits between attempts, which take no time.
 */
export class Pipeline {
  /** As configured; null: whatever the server lists. */
  scopes: readonly string[] | null = null;
  /** Set: exported answers in this folder are read instead of the server. */
  folder: string | null = null;
  /** Of the connection: what stands here counts instead of what the server itself would say. */
  connection: Partial<IvantiEpmmSettings> = {};
  private readonly slots: SlotStore;

  private constructor(
    readonly server: EpmmServer,
    private readonly pageSize: number,
    private readonly database: TestDatabase,
    private readonly lent: boolean,
    private readonly runner: LeasedRun,
    private readonly runMs: number,
  ) {
    this.slots = new SlotStore(database.db);
  }

  static async start({
    estate,
    pageSize = 1000,
    routing,
    time,
    runMs = 60_000,
    database: lent,
  }: PipelineSettings): Promise<Pipeline> {
    const [database, server, tiers] = [
      lent ?? (await freshDatabase()),
      await EpmmServer.start(estate),
      await riskTiersOf('ivanti-epmm'),
    ];
    const slots = new SlotStore(database.db);
    const runner = new RunSource({
      db: database.db,
      tagKeys: new TagKeys({ no: 1, key: Buffer.alloc(32, 7) }),
      slots,
      ...(routing && { routing }),
      ...(time && { time }),
      open: async (): Promise<OpenedSource> => ({
        source: await pipeline.source(),
        configDigest: '00',
        tiers,
        simulated: true,
        fullDetail: false,
      }),
    });
    const run = new LeasedRun(slots, runner, TIMING, time);
    const pipeline: Pipeline = new Pipeline(server, pageSize, database, lent !== undefined, run, runMs);
    await new ScheduleStore(database.db).register([{ name: SOURCE, kind: 'ivanti-epmm' }]);
    return pipeline;
  }

  get db(): Database {
    return this.database.db;
  }

  get ownerUrl(): string {
    return this.database.ownerUrl;
  }

  get estate(): Estate {
    return this.server.estate;
  }

  /** "Run now", to its end. @throws RolewatchError source-paused */
  async run(): Promise<RunOutcome> {
    const claim = await this.slots.claimManual(SOURCE);
    return this.runner.perform(claim, { shutdown: new AbortController().signal, limitMs: this.runMs });
  }

  /** A run that must publish. @returns the snapshot's number */
  async publish(): Promise<number> {
    const { seq, why } = await this.run();
    if (seq === undefined) throw new Error(`nothing was published: ${why}`);
    return seq;
  }

  /** What is told about snapshot `seq`, by name, as `rolewatch drift` answers it. */
  async changes(seq: number): Promise<readonly ReportedChange[]> {
    return this.drift(seq - 1, seq);
  }

  async drift(from: number, to: number): Promise<readonly ReportedChange[]> {
    return (await driftBetween(this.db, SOURCE, String(from), String(to))).changes;
  }

  async observations(seq: number): Promise<Observed[]> {
    return this.db.query<Observed>(
      `select stream, scope, verdict, reads, unconfirmed, held, why from observation
        where source = $1 and seq = $2 order by stream, scope`,
      [SOURCE, seq],
    );
  }

  /** The lists that were not believed as a whole, or hold something back. */
  async doubts(seq: number): Promise<Observed[]> {
    const all = await this.observations(seq);
    return all.filter(({ verdict, held, unconfirmed }) => verdict !== 'complete' || held + unconfirmed > 0);
  }

  /** What does not hold, in words; nothing in a sound store. */
  async fsck(): Promise<string[]> {
    const report = await fsck(this.db, {
      rulebook: NO_RULES,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    return report.checks
      .filter(({ bad }) => bad > 0)
      .map(({ check, bad, first }) => `${check}: ${bad}, first ${JSON.stringify(first)}`);
  }

  /** As `rolewatch accept-shrink`. @throws RolewatchError */
  async release(stream: string, scope: string, expected: number): Promise<void> {
    const order = { source: SOURCE, stream, scope, expected, reason: 'they left', actor: ACTOR };
    await this.db.transaction((tx) => releaseHeld(tx, order));
  }

  async resume(): Promise<void> {
    await new PauseStore(this.db).resume(SOURCE, ACTOR);
  }

  /** The database's time: what windows are stated in. */
  async now(): Promise<Date> {
    const [row] = await this.db.query<{ now: Date }>('select clock_timestamp() as now');
    if (row === undefined) throw new Error('no answer');
    return row.now;
  }

  async count(table: 'record' | 'grant_' | 'role_permission' | 'link' | 'identity'): Promise<number> {
    const [row] = await this.db.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    return row?.n ?? 0;
  }

  /** Merkle root of a snapshot, hex. */
  async root(seq: number): Promise<string> {
    const [row] = await this.db.query<{ root: string }>(
      `select encode(root, 'hex') as root from snapshot where source = $1 and seq = $2`,
      [SOURCE, seq],
    );
    if (row === undefined) throw new Error(`there is no snapshot ${seq}`);
    return row.root;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    if (!this.lent) await this.database.drop();
  }

  private async source(): Promise<Source> {
    if (this.folder !== null)
      return createIvantiEpmmFiles({ name: SOURCE, folder: this.folder, scopes: this.scopes });
    return createIvantiEpmm(
      {
        name: SOURCE,
        url: this.server.url,
        basePath: this.server.basePath,
        username: this.server.username,
        password: () => PASSWORD,
        scopes: this.scopes,
        pageSize: this.pageSize,
        limits: LIMITS,
        ...this.connection,
      },
      { sleep: () => Promise.resolve(), random: () => 0 },
    );
  }
}

/** The simulated server's own default: what a changed password no longer is. */
export const PASSWORD = 'correct horse battery staple';
