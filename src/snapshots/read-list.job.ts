import type { Database } from '../platform/database.js';
import { messageOf } from '../platform/errors.js';
import { type Page, type ReadOptions, type Source, SourceError } from '../sources/source.js';
import { type Acceptance, judgeRead } from './acceptance.js';
import { AttemptNotes } from './attempt-notes.js';
import { type ClosingStore, shrinkOfScopes } from './closing.store.js';
import { type ComparisonFrame, comparePage } from './compare-page.store.js';
import { holdReason } from './hold.js';
import { countAbsent, countOpen, isAnyNew, keysOf } from './list.view.js';
import type { Attempt, ListReading } from './list-reading.js';
import { FORM } from './record-form.js';
import type { StageStore } from './stage.store.js';

/** A list is read at most this often for one believable read, and once more (as often) where something is missing. */
const ATTEMPTS = 3;

/** When the reading of a list is broken off. */
export interface ListEnds {
  /** With the whole run. */
  readonly run: AbortSignal;
  /** This list alone, which has used up its time; the reason says so in words. */
  readonly late: AbortSignal;
}

/** Read one list until it can be believed, confirm what is missing, and decide what may close. */
export class ListReader {
  constructor(
    private readonly db: Database,
    private readonly stage: StageStore,
    private readonly closings: ClosingStore,
  ) {}

  /** @throws SourceError 'unauthorised' (the source pauses) and 'cancelled' */
  async read(source: Source, frame: ComparisonFrame, ends: ListEnds): Promise<ListReading> {
    const list = new OneList(this.db, this.stage, source, frame, ends);
    const { ous } = frame.matters;
    const first = await list.readUntilBelieved({ proveEnd: await list.isNew() }); // nothing known yet would be missed
    if (!first.acceptance.accepted) return notBelieved(list, first);
    const accepted = [first.attempt];
    const foundUnits = frame.matters.ous.length > ous.length; // entries below them were kept without their names
    const missing = await list.isMissingWhatMatters(first.attempt);
    if (foundUnits || missing) {
      const second = await list.readUntilBelieved({ proveEnd: true, otherPages: true });
      if (second.acceptance.accepted) accepted.push(second.attempt);
      else if (missing) return notBelieved(list, second); // two reads of one list contradict each other
    }
    return this.decide(source, list, accepted);
  }

  /** What may close, what waits for a person, what stays unconfirmed. */
  private async decide(source: Source, list: OneList, accepted: readonly Attempt[]): Promise<ListReading> {
    const { run, step } = list.frame;
    const attempts = accepted.map((a) => a.no);
    const last = accepted[accepted.length - 1] ?? list.last();
    const release = await this.closings.unusedRelease(run.source, step);
    if (!list.shownWhole.has(last.no))
      await this.closings.stage(run, step, attempts, list.frame.matters, release);
    const read = last.rows;
    const shrink =
      step.stream === source.scopeStream
        ? await shrinkOfScopes(this.db, run, step, read)
        : await this.closings.shrinkOf(run, step, { release, ownAccount: source.ownAccount, read });
    const why = holdReason(shrink);
    const held = why === null ? null : { count: await this.closings.heldCount(run, step, release), why };
    return {
      ...observed(list, last),
      verdict: 'complete',
      why: null,
      applied: attempts,
      accepted: attempts,
      readFrom: accepted[0]?.readFrom ?? last.readFrom,
      unconfirmed: await list.unconfirmed(accepted),
      held,
      repeated: list.repeatedIn(accepted),
      releaseId: release?.id ?? null,
    };
  }
}

type How = Omit<ReadOptions, 'signal'>;

interface Judged {
  readonly attempt: Attempt;
  readonly acceptance: Acceptance;
}

/** The attempts at one list within one run. */
class OneList {
  readonly attempts: Attempt[] = [];
  /** Attempts that showed every open record, known without looking key by key. */
  readonly shownWhole = new Set<number>();
  /** Identities that came more than once, by attempt. */
  private readonly repeated = new Map<number, ReadonlySet<string>>();
  private readonly signal: AbortSignal;

  constructor(
    private readonly db: Database,
    private readonly stage: StageStore,
    private readonly source: Source,
    readonly frame: ComparisonFrame,
    private readonly ends: ListEnds,
  ) {
    this.signal = AbortSignal.any([ends.run, ends.late]);
  }

  last(): Attempt {
    const last = this.attempts[this.attempts.length - 1];
    if (!last) throw new Error('no attempt was made');
    return last;
  }

  async readUntilBelieved(how: How): Promise<Judged> {
    for (let tries = 1; ; tries++) {
      const attempt = await this.readOnce(how);
      const acceptance = await this.judge(attempt);
      if (acceptance.accepted || !acceptance.worthRepeating || tries === ATTEMPTS)
        return { attempt, acceptance };
    }
  }

  /** Files are dated by whoever exported them, a live source by the database's clock: never by this machine's. */
  private async now(): Promise<Date> {
    return this.source.exportedAt ?? this.frame.now();
  }

  private async knownPages(): Promise<ReadonlyMap<number, string>> {
    const { run, step, matters } = this.frame;
    return matters.hasLearnt ? new Map() : this.stage.knownPages(run.source, step, FORM);
  }

  private async readOnce(how: How): Promise<Attempt> {
    const notes = new AttemptNotes(this.attempts.length + 1, await this.now());
    const known = await this.knownPages();
    try {
      for await (const page of this.source.read(this.frame.step, { signal: this.signal, ...how })) {
        // the same bytes as in a read that was believed: its rows need no second look
        const same = known.get(page.no) === page.sha256;
        notes.add(page, same);
        if (notes.masked) break;
        await this.stage.keepPage(this.frame.run, this.frame.step, notes.no, page, same);
        if (same) continue;
        const shown = await comparePage(this.stage, this.frame, notes.no, page);
        if (await this.bringsSomebody(page, notes.no, shown)) continue;
        notes.note({
          code: 'bad-count',
          message: `${this.placeOf(page)}: nobody whom the pages before did not show`,
        });
        break;
      }
    } catch (error) {
      notes.fail(this.ending(error));
    }
    const attempt = notes.done(known.size, await this.now());
    this.attempts.push(attempt);
    return attempt;
  }

  /** Pages that show the same again and again have no end. One row alone may be one that this source always gives twice. */
  private async bringsSomebody(page: Page, attempt: number, shown: ReadonlySet<bigint>): Promise<boolean> {
    if (page.no === 0 || page.rows < 2 || shown.size === 0) return true;
    const { run, step } = this.frame;
    return isAnyNew(this.db, run, step, { attempt, page: page.no, shown: [...shown] });
  }

  private placeOf({ no }: Page): string {
    const { stream, scope } = this.frame.step;
    return `${stream}${scope === '' ? '' : ` of ${scope}`}, page ${no}`;
  }

  /** Of what is late, only this list ends. */
  private ending(error: unknown): unknown {
    const { run, late } = this.ends;
    const isCut = error instanceof SourceError && error.code === 'cancelled';
    if (!isCut || run.aborted || !late.aborted) return error;
    return new SourceError('too-slow', `${error.message}: ${messageOf(late.reason)}`);
  }

  private async judge(attempt: Attempt): Promise<Acceptance> {
    const { run, step } = this.frame;
    const { rows, totals, faults } = attempt;
    // only of the first attempt: later ones are compared with it key by key
    if (
      attempt.no === 1 &&
      attempt.unchanged &&
      attempt.faults.length === 0 &&
      (await countOpen(this.db, run.source, step)) === rows
    ) {
      this.shownWhole.add(attempt.no);
      return judgeRead({ rows, totals, distinct: rows, repeats: [], missing: 0, faults });
    }
    await this.stage.spellOutSamePages(run, step, attempt.no);
    const { distinct, repeats: found } = await keysOf(this.db, run, step, attempt.no);
    const again = new Set(this.repeatedIn(this.attempts)); // of this attempt, nothing is noted yet
    const repeats = found.map((r) => ({ ...r, again: again.has(r.identity_id) }));
    this.repeated.set(attempt.no, new Set(found.map((r) => r.identity_id)));
    const missing = (await this.absent([attempt])).all;
    return judgeRead({ rows, totals, distinct, repeats, missing, faults });
  }

  repeatedIn(attempts: readonly Attempt[]): string[] {
    return [...new Set(attempts.flatMap((a) => [...(this.repeated.get(a.no) ?? [])]))];
  }

  async isNew(): Promise<boolean> {
    return (await countOpen(this.db, this.frame.run.source, this.frame.step)) === 0;
  }

  async isMissingWhatMatters(attempt: Attempt): Promise<boolean> {
    return (await this.absent([attempt])).mattering > 0;
  }

  /** Known records that matter and that some accepted read did not show, less those that may close. */
  async unconfirmed(accepted: readonly Attempt[]): Promise<number> {
    if (accepted.length === 1) return (await this.absent(accepted)).mattering;
    const inEach = await Promise.all(accepted.map((a) => this.absent([a])));
    const inAll = await this.absent(accepted);
    return inEach.reduce((sum, a) => sum + a.mattering - inAll.mattering, 0);
  }

  private async absent(attempts: readonly Attempt[]) {
    if (attempts.some((a) => this.shownWhole.has(a.no))) return { all: 0, mattering: 0 };
    const numbers = attempts.map((a) => a.no);
    return countAbsent(this.db, this.frame.run, this.frame.step, numbers, this.frame.matters);
  }
}

function observed(list: OneList, last: Attempt) {
  return {
    step: list.frame.step,
    reads: list.attempts.length,
    rows: last.rows,
    total: last.totals.length === 1 ? (last.totals[0] ?? null) : null,
    pages: last.pages,
    pagesDigest: last.pagesDigest,
    readFrom: last.readFrom,
    readTo: last.readTo,
    unreachable: last.faults.some((f) => f.code === 'unreachable'),
  };
}

/** Additions of a read that is not believed as a whole still count; of a denied or masked one nothing does. */
function notBelieved(list: OneList, { acceptance }: Judged): ListReading {
  const usable =
    acceptance.verdict === 'partial' ? list.attempts.filter((a) => a.pages > 0).map((a) => a.no) : [];
  return {
    ...observed(list, list.last()),
    verdict: acceptance.verdict,
    why: acceptance.why,
    applied: usable,
    accepted: [],
    unconfirmed: 0,
    held: null,
    repeated: [],
    releaseId: null,
  };
}
