/** Where a read of a list stands: what to ask next, and what does not add up. */
import { at } from './json-path.js';
import type { ListMapping } from './http-config.js';

/** What an answer showed that paging goes by. */
export interface Answered {
  readonly envelope: unknown;
  readonly rows: number;
  readonly total: number | null;
  /** Equal for answers about the same items. */
  readonly fingerprint: string;
  /** The `Link` header. */
  readonly link: string | undefined;
}

/** What to ask next: query parameters, or for links a whole path with its query. */
export type Ask = { readonly query: Readonly<Record<string, string | number>> } | { readonly path: string };

export interface Turned {
  readonly next: Ask | null;
  /** In words. */
  readonly faults: readonly string[];
}

/** A server that looks through its rows in portions may give a few answers without any. */
const MAX_EMPTY_PAGES = 16;
/** Pages of a list that gives no total. */
const MAX_UNCOUNTED_PAGES = 1_000;
/** Beyond twice the pages that the first one promised, the server is not coming to an end. */
const SPARE_PAGES = 16;
/** A total that promises more is not tried. */
const MAX_PAGES = 10_000;

/** The same list, one item less on each page: what two reads lose between two pages is then not the same. */
export function inOtherPages(mapping: ListMapping): ListMapping {
  const { paging } = mapping;
  if (!('size' in paging) || paging.size === undefined || paging.size < 2) return mapping;
  return { ...mapping, paging: { ...paging, size: paging.size - 1 } };
}

export class HttpPaging {
  private pages = 0;
  private rows = 0;
  /** In a row. */
  private emptyPages = 0;
  private total: number | null = null;
  private promisedPages: number | null = null;
  private lastRows = 0;
  private mostRows = 0;
  private isLost = false;
  private readonly seen = new Set<string>();
  private readonly asked = new Set<string>();

  constructor(
    private readonly mapping: ListMapping,
    private readonly origin: string,
  ) {}

  first(): Ask {
    return this.ask(undefined);
  }

  /** Whether items came that were there before: then an answer says nothing new. */
  knows(fingerprint: string): boolean {
    return this.seen.has(fingerprint);
  }

  /** The read came to an end that a total stated, and the server can be asked whether that is true. */
  beyondEnd(): Ask | null {
    const { style } = this.mapping.paging;
    return !this.isLost && this.total !== null && (style === 'offset' || style === 'page')
      ? this.ask(undefined)
      : null;
  }

  /** As many items came last as the server gives at once: a total that is too low would hide the others. */
  get endedOnFullPage(): boolean {
    const { paging } = this.mapping;
    const size = 'size' in paging ? (paging.size ?? Infinity) : Infinity;
    return this.lastRows > 0 && this.lastRows >= Math.min(size, this.pages > 1 ? this.mostRows : size);
  }

  accept(answer: Answered): Turned {
    const faults: string[] = [];
    const repeats = answer.rows > 0 && this.seen.has(answer.fingerprint);
    this.seen.add(answer.fingerprint);
    this.pages++;
    this.rows += answer.rows;
    this.lastRows = answer.rows;
    this.emptyPages = answer.rows > 0 ? 0 : this.emptyPages + 1;
    this.mostRows = Math.max(this.mostRows, answer.rows);
    if (answer.total !== null) faults.push(...this.noteTotal(answer.total, answer.rows));
    if (repeats) faults.push('the same items again: the server does not page as it is configured');
    this.isLost = repeats;
    if (this.isLost) return { next: null, faults };
    const turned = this.following(answer, faults);
    if (turned.next === null || !this.isEndless()) return turned;
    this.isLost = true;
    return { next: null, faults: [...turned.faults, this.endlessWords()] };
  }

  private isEndless(): boolean {
    return this.emptyPages >= MAX_EMPTY_PAGES || this.pages >= this.mostPages();
  }

  private mostPages(): number {
    const { promisedPages: promised } = this;
    if (promised === null) return MAX_UNCOUNTED_PAGES;
    return promised > MAX_PAGES ? 0 : 2 * promised + SPARE_PAGES;
  }

  private endlessWords(): string {
    const noEnd = `no end after ${this.pages} pages and ${this.rows} items`;
    if (this.emptyPages > 0) return noEnd;
    const words =
      this.mostPages() === 0
        ? `the total is ${this.total ?? 0}, which is more than ${MAX_PAGES} pages`
        : noEnd;
    return `${words}: if there are so many, ask for more of them at once (size under paging)`;
  }

  private noteTotal(total: number, rows: number): string[] {
    const before = this.total;
    this.total = total;
    if (before === null) this.promisedPages = Math.ceil(total / Math.max(rows, 1));
    const faults: string[] = [];
    if (before !== null && before !== total)
      faults.push(`the total is ${total}, but was ${before} before: the list changed while it was read`);
    if (rows === 0 && this.rows < total)
      faults.push(`the total is ${total}, but after ${this.rows} items no more came`);
    if (this.rows > total) faults.push(`the total is ${total}, but ${this.rows} items were received`);
    return faults;
  }

  private following(answer: Answered, faults: readonly string[]): Turned {
    const { paging } = this.mapping;
    if (paging.style === 'none') return { next: null, faults };
    if (paging.style === 'offset' || paging.style === 'page') {
      // without a total only an empty page is an end: a server may give fewer items than it was asked for
      const more = answer.rows > 0 && (this.total === null || this.rows < this.total);
      return { next: more ? this.ask(undefined) : null, faults };
    }
    if (paging.style === 'link') return this.linked(answer, faults);
    const next = at(answer.envelope, paging.nextAt);
    if (next === undefined || next === null || next === '' || next === false) return { next: null, faults };
    if (typeof next !== 'string' && typeof next !== 'number')
      return { next: null, faults: [...faults, 'the next cursor is neither a text nor a number'] };
    return this.unasked(String(next), this.ask(String(next)), faults);
  }

  private linked({ link }: Answered, faults: readonly string[]): Turned {
    const target = nextLink(link);
    if (target === null) return { next: null, faults };
    const base = `${this.origin}${this.mapping.path}`;
    const refused = (words: string): Turned => ({ next: null, faults: [...faults, words] });
    if (!URL.canParse(target, base)) return refused('the address of the next page is none: not followed');
    const url = new URL(target, base);
    if (url.origin !== this.origin)
      return refused('the next page is said to be on another server: not followed');
    const path = `${url.pathname}${url.search}`;
    return this.unasked(path, { path }, faults);
  }

  private unasked(key: string, next: Ask, faults: readonly string[]): Turned {
    if (this.asked.has(key))
      return { next: null, faults: [...faults, 'the next page is one that was read already'] };
    this.asked.add(key);
    return { next, faults };
  }

  private ask(cursor: string | undefined): Ask {
    const { paging, query } = this.mapping;
    switch (paging.style) {
      case 'none':
      case 'link':
        return { query };
      case 'offset':
        return { query: { ...query, [paging.offset]: this.rows, [paging.limit]: paging.size } };
      case 'page':
        return { query: { ...query, [paging.page]: paging.first + this.pages, [paging.limit]: paging.size } };
      case 'cursor': {
        const sized = paging.limit !== undefined &&
          paging.size !== undefined && { [paging.limit]: paging.size };
        return { query: { ...query, ...sized, ...(cursor !== undefined && { [paging.cursor]: cursor }) } };
      }
    }
  }
}

/** The target of `rel="next"` in a Link header (RFC 8288), or null. */
export function nextLink(header: string | undefined): string | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters);
    const words = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (words.includes('next')) return target;
  }
  return null;
}
