import { createHmac } from 'node:crypto';
import type { Database } from '../platform/database.js';
import type { TagKeys } from '../platform/tag-key.store.js';
import { SourceError, type ServerInfo, type Source, type Step } from '../sources/source.js';
import { ClosingStore } from '../snapshots/closing.store.js';
import type { ComparisonFrame } from '../snapshots/compare-page.store.js';
import { knownToMatter } from '../snapshots/list.view.js';
import { type ListReading, notRead, type RunFrame } from '../snapshots/list-reading.js';
import { ListReader } from '../snapshots/read-list.job.js';
import { openScopes, scopesAfter, watchedLists, watchedScopes } from '../snapshots/scopes.view.js';
import type { NameTags, StageStore } from '../snapshots/stage.store.js';
import { WhoMatters } from '../snapshots/who-matters.js';
import { type LeftScope, planScopes, type ScopePlan } from './plan.js';
import type { ReadingTime } from './reading-time.job.js';

/** Everything one run learnt, before anything of it is published. */
export interface SourceReading {
  readonly server: ServerInfo;
  readonly lists: readonly ListReading[];
  readonly leftScopes: readonly LeftScope[];
}

export interface ReadingOptions {
  readonly fullDetail: boolean;
  readonly signal: AbortSignal;
  /** What the lists share. */
  readonly time: ReadingTime;
  /** Told after each list. */
  readonly progress: (reading: ListReading) => void;
}

const UNKNOWN_SERVER: ServerInfo = { serverVersion: null, apiVersion: null };

/** Reads a source list by list: ping, its scopes, then what is in them. Network and staging only. */
export class SourceReader {
  private readonly reader: ListReader;
  private readonly closings: ClosingStore;

  constructor(
    private readonly db: Database,
    private readonly tagKeys: TagKeys,
    private readonly stage: StageStore,
  ) {
    this.closings = new ClosingStore(db);
    this.reader = new ListReader(db, stage, this.closings);
  }

  /** @throws SourceError 'unauthorised', 'cancelled' */
  async read(source: Source, run: RunFrame, options: ReadingOptions): Promise<SourceReading> {
    const lists = new PlannedLists(this.reader, source, await this.frame(source, run, options), options);
    const server = await ping(source, options.signal);
    const scopes =
      source.scopeStream === null ? null : await lists.read({ stream: source.scopeStream, scope: '' });
    const plan = await this.plan(source, run, scopes);
    for (const step of source.plainSteps()) await lists.read(step);
    for (const step of byStream(plan.read.map((scope) => source.scopedSteps(scope)))) await lists.read(step);
    for (const scope of plan.unlisted) lists.skip(scope);
    for (const step of await watchedLists(this.db, run.source, plan.read)) lists.missing(step);
    const readings = await this.heldTogether(run, lists.readings);
    return { server, lists: readings, leftScopes: plan.left };
  }

  /**
   * Lists of one stream show the same people. Where one of them is not believed to have lost somebody, another one is
   * not believed either, however small it is: else the roles of those who are held would be told as revoked.
   */
  private async heldTogether(run: RunFrame, readings: readonly ListReading[]): Promise<ListReading[]> {
    const together: ListReading[] = [];
    for (const reading of readings) {
      const { step, held, verdict } = reading;
      const beside = readings.filter((one) => one.held !== null && one.step.stream === step.stream);
      const scopes = beside.map((one) => one.step.scope);
      const isOpen = held === null && verdict === 'complete' && scopes.length > 0;
      const shared = isOpen ? await this.closings.sharedWith(run, step, scopes) : 0;
      if (shared === 0) together.push(reading);
      else {
        const release = await this.closings.unusedRelease(run.source, step);
        const count = await this.closings.heldCount(run, step, release);
        const why = `${shared} of those who would close or lose a right are held in ${step.stream} of ${scopes.join(', ')}, too`;
        together.push({ ...reading, held: { count, why } });
      }
    }
    return together;
  }

  private async plan(source: Source, run: RunFrame, scopes: ListReading | null): Promise<ScopePlan> {
    return planScopes({
      configured: source.configuredScopes,
      listed: scopes?.verdict === 'complete' ? await scopesAfter(this.db, run, scopes) : null,
      watched: await watchedScopes(this.db, run.source),
      lastListed: scopes === null ? [] : await openScopes(this.db, run.source, scopes.step),
    });
  }

  private async frame(source: Source, run: RunFrame, options: ReadingOptions): Promise<ListFrame> {
    const { current } = this.tagKeys;
    const nameTags: NameTags = (name) =>
      name === null ? null : createHmac('sha256', current.key).update(name.toLowerCase()).digest();
    return {
      run,
      tagKey: current,
      olderTagKey: (no) => this.tagKeys.get(no),
      nameTags,
      matters: new WhoMatters(await knownToMatter(this.db, run.source), nameTags),
      fullDetail: options.fullDetail,
      withRightsOf: (stored, record) => source.withRightsOf(stored, record),
      now: () => databaseTime(this.db),
    };
  }
}

type ListFrame = Omit<ComparisonFrame, 'step'>;

/** The lists of a run in the order they are read. Once nobody answers, the rest is not tried. */
class PlannedLists {
  readonly readings: ListReading[] = [];
  private unreachable: string | null = null;

  constructor(
    private readonly reader: ListReader,
    private readonly source: Source,
    private readonly frame: ListFrame,
    private readonly options: ReadingOptions,
  ) {}

  async read(step: Step): Promise<ListReading> {
    const reading = await this.readOrSkip(step);
    if (reading.unreachable && !(await this.answers())) this.unreachable ??= reading.why;
    this.readings.push(reading);
    this.options.progress(reading);
    return reading;
  }

  /** A slip in the configuration must not pass for a scope that was read: each of its lists says so, every time. */
  skip(scope: string): void {
    const why = `not read: the configuration names ${scope}, which ${this.source.scopeStream ?? 'the source'} does not list`;
    for (const step of this.source.scopedSteps(scope)) this.add(notRead(step, why));
  }

  /** A list that was read before and that the source does not give any more: what is known of it stays, unread. */
  missing(step: Step): void {
    const isRead = this.readings.some(
      (one) => one.step.stream === step.stream && one.step.scope === step.scope,
    );
    if (isRead) return;
    this.add(notRead(step, `not read: ${this.source.name} does not give this list any more`));
  }

  private add(reading: ListReading): void {
    this.readings.push(reading);
    this.options.progress(reading);
  }

  /** One list that stalls or breaks off says nothing of the others, as long as somebody is there. */
  private async answers(): Promise<boolean> {
    try {
      await this.source.ping(this.options.signal);
      return true;
    } catch (error) {
      if (endsTheRun(error)) throw error;
      return false;
    }
  }

  private async readOrSkip(step: Step): Promise<ListReading> {
    if (this.unreachable !== null) return notRead(step, `not read: ${this.unreachable}`);
    const { signal, time } = this.options;
    return time.share((late) =>
      this.reader.read(this.source, { ...this.frame, step }, { run: signal, late }),
    );
  }
}

/** The first list of every scope, then the second …: who the admins are anywhere is known before any directory is read. */
function byStream(scopes: readonly (readonly Step[])[]): Step[] {
  const length = Math.max(0, ...scopes.map((steps) => steps.length));
  return Array.from({ length }, (_, i) => scopes.flatMap((steps) => steps.slice(i, i + 1))).flat();
}

/** Who answers is worth knowing and not worth failing for: what counts is whether the lists can be read. */
async function ping(source: Source, signal: AbortSignal): Promise<ServerInfo> {
  try {
    return await source.ping(signal);
  } catch (error) {
    if (endsTheRun(error)) throw error;
    return UNKNOWN_SERVER;
  }
}

/** Refused credentials pause the source, whichever request met them. */
function endsTheRun(error: unknown): boolean {
  return !(error instanceof SourceError) || error.code === 'unauthorised' || error.code === 'cancelled';
}

/** Asked anew each time: a clock of this machine stands still while it is suspended. */
async function databaseTime(db: Database): Promise<Date> {
  const [row] = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (row === undefined) throw new Error('SELECT without FROM gives one row');
  return row.now;
}
