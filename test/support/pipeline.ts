import type { Estate } from '../../demo/estate/estate.js';
import { EpmmServer } from '../../demo/estate/epmm-server.js';
import type { AlertRouting } from '../../src/alerts/alert-routing.js';
import type { ReportedChange } from '../../src/drift/report.js';
import type { OwnTime } from '../../src/platform/own-time.js';
import { releaseHeld } from '../../src/snapshots/release.store.js';
import { createIvantiEpmm } from '../../src/sources/ivanti-epmm/ivanti-epmm.client.js';
import { createIvantiEpmmFiles } from '../../src/sources/ivanti-epmm/ivanti-epmm-files.client.js';
import type { Source } from '../../src/sources/source.js';
import { freshDatabase, type TestDatabase } from './database.js';
import { ACTOR, LIMITS, type PipelineParts, SourcePipeline, WITHOUT_WAITING } from './source-pipeline.js';

export type { Observed } from './source-pipeline.js';

export const SOURCE = 'hq';

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

/** The pipeline of a simulated EPMM server. */
export class Pipeline extends SourcePipeline {
  /** As configured; null: whatever the server lists. */
  scopes: readonly string[] | null = null;
  /** Set: exported answers in this folder are read instead of the server. */
  folder: string | null = null;

  private constructor(
    readonly server: EpmmServer,
    private readonly pageSize: number,
    parts: PipelineParts,
  ) {
    super(parts);
  }

  static async start({ estate, pageSize = 1000, database, ...rest }: PipelineSettings): Promise<Pipeline> {
    const pipeline = new Pipeline(await EpmmServer.start(estate), pageSize, {
      name: SOURCE,
      kind: 'ivanti-epmm',
      product: 'ivanti-epmm',
      fullDetail: false,
      database: database ?? (await freshDatabase()),
      lent: database !== undefined,
      ...rest,
    });
    await pipeline.register();
    return pipeline;
  }

  get estate(): Estate {
    return this.server.estate;
  }

  /** What is told about snapshot `seq`, by name, as `rolewatch drift` answers it. */
  async changes(seq: number): Promise<readonly ReportedChange[]> {
    return this.drift(seq - 1, seq);
  }

  async drift(from: number, to: number): Promise<readonly ReportedChange[]> {
    return (await this.report(from, to)).changes;
  }

  /** As `rolewatch accept-shrink`. @throws RolewatchError */
  async release(stream: string, scope: string, expected: number): Promise<void> {
    const order = { source: SOURCE, stream, scope, expected, reason: 'they left', actor: ACTOR };
    await this.db.transaction((tx) => releaseHeld(tx, order));
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

  override async stop(): Promise<void> {
    await this.server.stop();
    await super.stop();
  }

  protected async open(): Promise<Source> {
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
      WITHOUT_WAITING,
    );
  }
}

/** The simulated server's own default: what a changed password no longer is. */
export const PASSWORD = 'correct horse battery staple';
