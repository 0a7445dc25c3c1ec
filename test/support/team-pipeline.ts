import { NO_RULES } from './no-rules.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { driftBetween } from '../../src/drift/drift.view.js';
import type { DriftReport } from '../../src/drift/report.js';
import type { Database } from '../../src/platform/database.js';
import { TagKeys } from '../../src/platform/tag-key.store.js';
import { riskTiersOf } from '../../src/rules/risk-tiers.view.js';
import type { RunOutcome } from '../../src/runs/claim.js';
import { fsck } from '../../src/runs/fsck/fsck.job.js';
import { LeasedRun } from '../../src/runs/leased-run.job.js';
import { RunSource } from '../../src/runs/run-source.job.js';
import { ScheduleStore } from '../../src/runs/schedule.store.js';
import { SlotStore } from '../../src/runs/slot.store.js';
import { createMamboEmmFiles } from '../../src/sources/mambo-emm/mambo-emm-files.client.js';
import type { Source } from '../../src/sources/source.js';
import { freshDatabase, type TestDatabase } from './database.js';

export const TEAM_SOURCE = 'team';
export const TEAM = 'acme-field';

/** One entry of a list, as in an exported file. */
export interface Entry {
  readonly id: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

/** What a team is like at one moment. */
export interface TeamState {
  readonly accessTokens: readonly Entry[];
  readonly roles?: readonly Entry[];
  readonly members?: readonly Entry[];
}

/** The product's own pipeline over a team of mambo EMM, with a database of its own. Every run reads what `source` opens. */
export class TeamPipeline {
  /** By default, what `exported` wrote last. */
  source: () => Promise<Source>;
  private days = 0;

  private constructor(
    private readonly folder: string,
    private readonly database: TestDatabase,
    private readonly lent: boolean,
    private readonly slots: SlotStore,
  ) {
    this.source = () =>
      createMamboEmmFiles({ name: TEAM_SOURCE, team: TEAM, file: join(this.folder, 'team.yaml') });
  }

  /** @param lent somebody else's database, who also drops it; absent: one of its own */
  static async start(lent?: TestDatabase): Promise<TeamPipeline> {
    const database = lent ?? (await freshDatabase());
    await new ScheduleStore(database.db).register([{ name: TEAM_SOURCE, kind: 'mambo-emm-files' }]);
    const folder = await mkdtemp(join(tmpdir(), 'rolewatch-team-'));
    return new TeamPipeline(folder, database, lent !== undefined, new SlotStore(database.db));
  }

  get db(): Database {
    return this.database.db;
  }

  /** An export of that state, a day after the one before it. */
  async exported(state: TeamState): Promise<void> {
    const exportedAt = new Date(Date.UTC(2026, 0, ++this.days)).toISOString();
    const head = { format: 'rolewatch-mambo-emm/1', team: TEAM, exportedAt, exporter: 'Eve Exporter' };
    await writeFile(join(this.folder, 'team.yaml'), stringify({ ...head, ...state }));
  }

  async run(): Promise<RunOutcome> {
    const tiers = await riskTiersOf('mambo-emm');
    const story = new RunSource({
      db: this.db,
      tagKeys: new TagKeys({ no: 1, key: Buffer.alloc(32, 7) }),
      slots: this.slots,
      open: async () => ({
        source: await this.source(),
        configDigest: '00',
        tiers,
        simulated: true,
        fullDetail: true,
      }),
    });
    const claim = await this.slots.claimManual(TEAM_SOURCE);
    return new LeasedRun(this.slots, story).perform(claim, {
      shutdown: new AbortController().signal,
      limitMs: 60_000,
    });
  }

  /** A run that must publish. @returns the snapshot's number */
  async publish(state?: TeamState): Promise<number> {
    if (state) await this.exported(state);
    const { seq, why } = await this.run();
    if (seq === undefined) throw new Error(`nothing was published: ${why}`);
    return seq;
  }

  async drift(from: number, to: number): Promise<DriftReport> {
    return driftBetween(this.db, TEAM_SOURCE, String(from), String(to));
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

  async stop(): Promise<void> {
    if (!this.lent) await this.database.drop();
    await rm(this.folder, { recursive: true });
  }
}
