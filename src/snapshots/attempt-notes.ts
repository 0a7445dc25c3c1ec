import { createHash } from 'node:crypto';
import { type Fault, type Page, SourceError } from '../sources/source.js';
import type { Attempt } from './list-reading.js';

/** Gathers what one attempt shows, page by page. */
export class AttemptNotes {
  private readonly totals = new Set<number>();
  private readonly faults: Fault[] = [];
  private readonly digest = createHash('sha256');
  private pages = 0;
  private rows = 0;
  private unchanged = true;

  constructor(
    readonly no: number,
    private readonly from: Date,
  ) {}

  add(page: Page, same: boolean): void {
    this.pages += 1;
    this.rows += page.rows;
    if (page.total !== null) this.totals.add(page.total);
    this.faults.push(...(same ? page.listFaults : page.faults));
    this.digest.update(Buffer.from(page.sha256, 'hex'));
    this.unchanged &&= same;
  }

  note(fault: Fault): void {
    this.faults.push(fault);
  }

  get masked(): boolean {
    return this.faults.some((f) => f.code === 'masked');
  }

  /** A read that ends early is a fault of the list; what pages it gave stay usable for additions. */
  fail(error: unknown): void {
    if (!(error instanceof SourceError) || error.code === 'unauthorised' || error.code === 'cancelled')
      throw error;
    this.note({ code: error.code, message: error.message });
  }

  done(knownPages: number, to: Date): Attempt {
    return {
      no: this.no,
      pages: this.pages,
      rows: this.rows,
      totals: [...this.totals],
      faults: this.faults,
      pagesDigest: this.digest.digest(),
      readFrom: this.from,
      readTo: to,
      unchanged: this.unchanged && this.pages > 0 && this.pages === knownPages,
    };
  }
}
