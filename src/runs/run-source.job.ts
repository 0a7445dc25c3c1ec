import type { RiskTiers } from '../access/risk.js';
import type { AlertRouting } from '../alerts/alert-routing.js';
import type { Database } from '../platform/database.js';
import { onceItAnswers } from '../platform/database-away.js';
import { RolewatchError } from '../platform/errors.js';
import { OWN_TIME, type OwnTime } from '../platform/own-time.js';
import type { TagKeys } from '../platform/tag-key.store.js';
import type { ListReading } from '../snapshots/list-reading.js';
import { latestObservedAt } from '../snapshots/observed.view.js';
import { StageStore } from '../snapshots/stage.store.js';
import { type Source, SourceError } from '../sources/source.js';
import type { Claim, Runner, RunOutcome } from './claim.js';
import { PauseStore } from './pause.store.js';
import { frameOf, publishRun } from './publish-run.job.js';
import { type ReadingOptions, type SourceReading, SourceReader } from './read-source.job.js';
import { ReadingTime } from './reading-time.job.js';
import type { SlotStore } from './slot.store.js';

/** A source as a run needs it: opened, with what its manifest says of it. */
export interface OpenedSource {
  readonly source: Source;
  readonly configDigest: string;
  readonly tiers: RiskTiers;
  readonly simulated: boolean;
  readonly fullDetail: boolean;
}

export interface RunParts {
  readonly db: Database;
  readonly tagKeys: TagKeys;
  readonly slots: SlotStore;
  /** Who is told of what is worth telling; absent: nobody. */
  readonly routing?: AlertRouting;
  /** @throws RolewatchError unknown-source, config-invalid */
  readonly open: (source: string) => Promise<OpenedSource>;
  /** Absent: as it passes. */
  readonly time?: OwnTime;
  /** Told after each list that was read. */
  readonly progress?: (source: string, reading: ListReading) => void;
}

/**
 * THE STORY of a run, top to bottom: plan, read, compare page by page, judge each list, publish.
 * The network comes before the transaction and never inside it; a run that dies leaves nothing visible.
 */
export class RunSource implements Runner {
  private readonly stage: StageStore;
  private readonly reader: SourceReader;

  constructor(private readonly parts: RunParts) {
    this.stage = new StageStore(parts.db);
    this.reader = new SourceReader(parts.db, parts.tagKeys, this.stage);
  }

  async run(claim: Claim, signal: AbortSignal, limitMs: number): Promise<RunOutcome> {
    const time = new ReadingTime(limitMs, this.parts.time ?? OWN_TIME);
    const opened = await this.parts.open(claim.source);
    try {
      await this.stage.clear(claim.runId);
      await this.stage.begin(claim.runId);
      await refuseOlderImport(this.parts.db, opened.source);
      const reading = await this.read(claim, opened, { signal, time });
      signal.throwIfAborted();
      return learntSomething(reading) ? await this.publish(claim, opened, reading) : failed(reading);
    } catch (error) {
      return await this.explainFailure(claim, error, signal);
    } finally {
      await opened.source.close();
      await this.stage.clear(claim.runId);
    }
  }

  private async read(
    claim: Claim,
    opened: OpenedSource,
    within: Pick<ReadingOptions, 'signal' | 'time'>,
  ): Promise<SourceReading> {
    return this.reader.read(opened.source, frameOf(claim), {
      ...within,
      fullDetail: opened.fullDetail,
      progress: (reading) => this.parts.progress?.(claim.source, reading),
    });
  }

  private async publish(claim: Claim, opened: OpenedSource, reading: SourceReading): Promise<RunOutcome> {
    const { source, tiers } = opened;
    const seq = await publishRun(this.parts, claim, tiers, {
      facts: {
        kind: source.kind,
        statedBy: source.statedBy,
        ...reading.server,
        configDigest: opened.configDigest,
        tiersDigest: tiers.digest,
        simulated: opened.simulated,
      },
      readings: reading.lists,
      leftScopes: reading.leftScopes,
      observedAt: source.exportedAt ?? endOf(reading),
    });
    return { outcome: 'published', seq };
  }

  /** What a person reads in the coverage report; a source that refused the credentials is not asked again. */
  private async explainFailure(claim: Claim, error: unknown, signal: AbortSignal): Promise<RunOutcome> {
    // whoever aborted says why; a list that was being read says where
    if (signal.aborted)
      return { outcome: 'failed', ...(error instanceof SourceError && { why: error.message }) };
    if (error instanceof SourceError) {
      if (error.code === 'unauthorised') await this.pause(claim.source, error.message);
      return { outcome: 'failed', why: error.message };
    }
    if (error instanceof RolewatchError) {
      return {
        outcome: error.code === 'fenced' || error.code === 'superseded' ? 'fenced' : 'failed',
        why: error.message,
      };
    }
    throw error;
  }

  /** Not recorded, the pause would let the same credentials be tried again: that may lock the account. */
  private async pause(source: string, why: string): Promise<void> {
    const { db, time = OWN_TIME } = this.parts;
    await onceItAnswers(() => new PauseStore(db).pause(source, why), PAUSE_WITHIN_MS, time);
  }
}

/** Longer than a database that restarts is away. */
const PAUSE_WITHIN_MS = 60_000;

/** A run in which no list gave anything is a failed one: the state we stand by stays the last one. */
function learntSomething({ lists }: SourceReading): boolean {
  return lists.some((list) => list.verdict === 'complete' || (list.verdict === 'partial' && list.rows > 0));
}

function failed({ lists }: SourceReading): RunOutcome {
  const [first] = lists;
  const why = first ? `${first.step.stream}: ${first.why ?? first.verdict}` : 'nothing to read';
  return { outcome: 'failed', why };
}

function endOf({ lists }: SourceReading): Date {
  const ends = lists.map((list) => list.readTo?.getTime() ?? 0);
  return new Date(Math.max(...ends));
}

/** Order is by sequence: answers exported before what is already known cannot be put in their place afterwards. */
async function refuseOlderImport(db: Database, source: Source): Promise<void> {
  if (source.exportedAt === null) return;
  const latest = await latestObservedAt(db, source.name);
  if (latest === null || source.exportedAt >= latest) return;
  throw new RolewatchError(
    'refused',
    `${source.name}: exported ${source.exportedAt.toISOString()}, older than the last snapshot's ${latest.toISOString()}: export anew`,
  );
}
