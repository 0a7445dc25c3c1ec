/** What an answer says about how much there is, held against what it holds. */
import { type List, MAX_OFFSET } from './lists.js';

/** Far more than the API can be asked for, and still within the integers of the store. */
const MAX_COUNT = 10 * MAX_OFFSET;

export interface Counts {
  /** Records in the whole list, by the answer's own word; null where it gives none that can be used. */
  readonly total: number | null;
  readonly hasMore: boolean | null;
  /** In words, without the place. */
  readonly faults: readonly string[];
}

/** @param results number of entries in `results`; @param rows the records in them (a category holds several) */
export function readCounts(
  counting: List['counting'],
  envelope: unknown,
  results: number,
  { length: rows }: { readonly length: number },
): Counts {
  const { totalCount, resultCount, hasMore } = Object(envelope) as Readonly<Record<string, unknown>>;
  const optional = counting === 'more';
  const faults = [
    ...countFaults('totalCount', totalCount, optional),
    ...countFaults('resultCount', resultCount, optional),
    ...moreFaults(counting, hasMore, totalCount),
  ];
  if (isCount(resultCount) && resultCount !== results) {
    faults.push(`resultCount is ${resultCount}, but results holds ${results}`);
  }
  // One that is far too high still ends the read: nobody comes to the end of such a list
  const stated = isWhole(totalCount) ? Math.min(totalCount, MAX_COUNT) : null;
  if (counting !== 'categories') {
    return { total: stated, hasMore: optional && typeof hasMore === 'boolean' ? hasMore : null, faults };
  }
  // totalCount of the catalogue counts categories: once they are all there, so are the roles in them
  if (stated !== null && stated !== results)
    faults.push(`totalCount is ${stated}, but ${results} categories are listed`);
  return { total: faults.length === 0 ? rows : null, hasMore: null, faults };
}

function moreFaults(counting: List['counting'], hasMore: unknown, totalCount: unknown): string[] {
  if (counting !== 'more' || typeof hasMore === 'boolean') return [];
  if (hasMore === undefined)
    return isCount(totalCount) ? [] : ['neither hasMore nor totalCount: the end cannot be known'];
  return [`hasMore is ${shown(hasMore)}; true or false is due`];
}

function countFaults(name: string, value: unknown, optional: boolean): string[] {
  if (isCount(value) || (optional && (value === undefined || value === null))) return [];
  return [`${name} is ${shown(value)}; a whole number from 0 to ${MAX_COUNT} is due`];
}

function isCount(value: unknown): value is number {
  return isWhole(value) && value <= MAX_COUNT;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 40);
}
