import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DriftReport } from '../../src/drift/report.js';
import { createMamboEmmFiles } from '../../src/sources/mambo-emm/mambo-emm-files.client.js';
import type { Source } from '../../src/sources/source.js';
import { freshDatabase, type TestDatabase } from './database.js';
import { type PipelineParts, SourcePipeline } from './source-pipeline.js';

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

/** The pipeline of a team of mambo EMM. Every run reads what `source` opens. */
export class TeamPipeline extends SourcePipeline {
  /** By default, what `exported` wrote last. */
  source: () => Promise<Source>;
  private days = 0;

  private constructor(
    private readonly folder: string,
    parts: PipelineParts,
  ) {
    super(parts);
    const file = join(this.folder, 'team.yaml');
    const now = (): Date => new Date();
    this.source = () => createMamboEmmFiles({ name: TEAM_SOURCE, team: TEAM, file }, now, this.sleep);
  }

  /** What happens while a file is given time to be written to its end. */
  whileWaiting: () => Promise<void> = () => Promise.resolve();
  private readonly sleep = (): Promise<void> => this.whileWaiting();

  /** @param lent somebody else's database, who also drops it; absent: one of its own */
  static async start(
    lent?: TestDatabase,
    kind: 'mambo-emm-files' | 'mambo-emm' = 'mambo-emm-files',
  ): Promise<TeamPipeline> {
    const folder = await mkdtemp(join(tmpdir(), 'rolewatch-team-'));
    const pipeline = new TeamPipeline(folder, {
      name: TEAM_SOURCE,
      kind,
      product: 'mambo-emm',
      fullDetail: true,
      database: lent ?? (await freshDatabase()),
      lent: lent !== undefined,
    });
    await pipeline.register();
    return pipeline;
  }

  protected open(): Promise<Source> {
    return this.source();
  }

  /** An export of that state, a day after the one before it. */
  async exported(state: TeamState): Promise<void> {
    const exportedAt = new Date(Date.UTC(2026, 0, ++this.days)).toISOString();
    const head = { format: 'rolewatch-mambo-emm/1', team: TEAM, exportedAt, exporter: 'Eve Exporter' };
    await writeFile(join(this.folder, 'team.yaml'), stringify({ ...head, ...state }));
  }

  /** A run that must publish. @returns the snapshot's number */
  override async publish(state?: TeamState): Promise<number> {
    if (state) await this.exported(state);
    return super.publish();
  }

  async drift(from: number, to: number): Promise<DriftReport> {
    return this.report(from, to);
  }

  override async stop(): Promise<void> {
    await super.stop();
    await rm(this.folder, { recursive: true });
  }
}
