/** Where a read of a list stands: what to ask next, whether it is over, and what does not add up. */
import type { Fault } from '../source.js';
import { LISTS, MAX_OFFSET, type Stream } from './lists.js';
import { badCount, type EpmmPage } from './page.js';

/** Pages of a list that gives no total. */
const MAX_UNCOUNTED_PAGES = 1000;
/** Beyond twice the pages that the first one promised, the server is not coming to an end. */
const SPARE_PAGES = 16;
const SMALLEST_LIMIT = 100;

export interface Step {
  readonly faults: readonly Fault[];
  readonly done: boolean;
}

export class Paging {
  /** Rows received so far: an offset counts rows, not pages. */
  offset = 0;
  private readonly takesOffset: boolean;
  private limit: number;
  private pages = 0;
  private promisedPages: number | null = null;
  /** Grows with each step to smaller pages. */
  private patience = 1;
  private total: number | null = null;
  private stopped = false;
  private lastRows = 0;
  private mostRows = 0;
  private readonly seen = new Set<string>();

  constructor(stream: Stream, pageSize: number) {
    const { maxRows } = LISTS[stream];
    this.takesOffset = maxRows !== null;
    this.limit = Math.min(pageSize, maxRows ?? pageSize);
  }

  /** `limit` and `offset` of the next request; nothing for a call that takes neither. */
  get query(): Readonly<Record<string, number>> {
    return this.takesOffset ? { limit: this.limit, offset: this.offset } : {};
  }

  /** The read came to the end that the source stated, and the source can be asked whether that is true. */
  get canProveEnd(): boolean {
    return (
      !this.stopped && this.lastRows > 0 && this.takesOffset && this.offset <= (this.total ?? MAX_OFFSET)
    );
  }

  /** As many rows came last as the server gives at once: a count that is too low would hide the others. */
  get endedOnFullPage(): boolean {
    return this.lastRows >= Math.min(this.limit, this.pages > 1 ? this.mostRows : this.limit);
  }

  /** For pages that were asked for by somebody else: the offset of the next one is what its file says. */
  moveTo(offset: number): void {
    this.offset = offset;
  }

  /** Takes note of a page. */
  accept(page: EpmmPage): Step {
    const faults: string[] = [];
    // A page of a single row may also be an upstream repeat, which is for the pipeline to judge
    const repeats = this.knows(page) && (page.rows > 1 || (page.rows === 1 && page.total === null));
    this.seen.add(page.sha256).add(page.fingerprint);
    this.pages++;
    this.offset += page.rows;
    this.lastRows = page.rows;
    this.mostRows = Math.max(this.mostRows, page.rows);
    if (page.total !== null) faults.push(...this.noteTotal(page.total, page.rows));
    faults.push(...this.contradictions(page));
    const more = page.rows > 0 && this.promisesMore(page);
    const stop = repeats
      ? `the same rows again, though offset ${this.offset - page.rows} was asked for: the server ignores offset`
      : more
        ? this.exhausted()
        : null;
    if (stop !== null) {
      this.stopped = true;
      faults.push(stop);
    }
    return { faults: faults.map((words) => badCount(page.where, words)), done: !more || this.stopped };
  }

  /** Whether a page with the same rows was there before in this read. */
  knows(page: EpmmPage): boolean {
    return this.seen.has(page.sha256) || this.seen.has(page.fingerprint);
  }

  /** After an answer that was too large: asks for fewer rows, if that can help. */
  askForLess(): boolean {
    if (!this.takesOffset || this.limit <= SMALLEST_LIMIT) return false;
    this.limit = Math.max(SMALLEST_LIMIT, Math.ceil(this.limit / 4));
    this.patience *= 4;
    return true;
  }

  private noteTotal(total: number, rows: number): string[] {
    const before = this.total;
    this.total = total;
    if (before === null) this.promisedPages = Math.ceil(total / Math.max(rows, 1));
    return before === null || before === total
      ? []
      : [`totalCount is ${total}, but was ${before} before: the list changed while it was read`];
  }

  private contradictions({ rows, hasMore }: EpmmPage): string[] {
    const { total, offset } = this;
    const faults: string[] = [];
    if (total !== null && offset > total)
      faults.push(`totalCount is ${total}, but ${offset} rows were received`);
    if (total !== null && rows === 0 && offset < total) {
      faults.push(`totalCount is ${total}, but after ${offset} rows no more came`);
    }
    if (hasMore === true && rows === 0) faults.push('hasMore is true, but no rows came');
    else if (hasMore !== null && total !== null && hasMore !== offset < total) {
      faults.push(`hasMore is ${hasMore}, but ${offset} of ${total} rows were received`);
    }
    return faults;
  }

  /** Rows beyond the total contradict it: whatever it says of more, such a read is not believed, and has no end to wait for. */
  private promisesMore({ hasMore }: EpmmPage): boolean {
    if (!this.takesOffset) return false;
    if (this.total !== null)
      return this.offset < this.total || (hasMore === true && this.offset === this.total);
    return hasMore ?? true;
  }

  private exhausted(): string | null {
    if (Math.max(this.offset, this.total ?? 0) > MAX_OFFSET)
      return `more than ${MAX_OFFSET} rows: the API cannot be asked for the rest`;
    const promised = this.promisedPages;
    const most = promised === null ? MAX_UNCOUNTED_PAGES : 2 * promised + SPARE_PAGES;
    return this.pages >= most * this.patience
      ? `no end after ${this.pages} pages and ${this.offset} rows`
      : null;
  }
}
