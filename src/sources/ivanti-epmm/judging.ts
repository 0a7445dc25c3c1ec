/** Which rows of a page can be used, and in words what is wrong with the others. */
import type { Fault, ReadRecord } from '../source.js';
import type { Stream } from './lists.js';
import { BadRow, badRowWords, isMasked, readRow } from './normalise.js';

/** One thing to make a record of. A category that is not as expected is an entry with what is wrong with it. */
export interface Entry {
  readonly path: readonly PropertyKey[];
  readonly row: unknown;
  readonly category: string | null;
  readonly fault?: BadRow;
}

export interface Judged {
  readonly records: readonly ReadRecord[];
  readonly faults: readonly Fault[];
}

/** Of many faults of one kind in a page, this many are told one by one. */
const TOLD_ROWS = 20;

/** Rows judged between two pauses: some ten milliseconds. */
const PORTION = 500;

/** Judges row by row, with a pause after each portion. */
export function* judgeRows(
  stream: Stream,
  entries: readonly Entry[],
  where: string,
): Generator<undefined, Judged> {
  const records: ReadRecord[] = [];
  const told: string[] = [];
  let bad = 0;
  let masked = 0;
  for (const [i, entry] of entries.entries()) {
    if (i > 0 && i % PORTION === 0) yield;
    if (isMasked(entry.row)) masked++;
    else {
      const reading = readEntry(stream, entry);
      if (typeof reading !== 'string') records.push(reading);
      else if (++bad <= TOLD_ROWS) told.push(reading);
    }
  }
  return {
    records,
    faults: [...maskedFaults(where, masked, entries.length), ...badRowFaults(where, told, bad)],
  };
}

function readEntry(stream: Stream, entry: Entry): ReadRecord | string {
  try {
    if (entry.fault !== undefined) throw entry.fault;
    return readRow(stream, entry.row, entry.category);
  } catch (error) {
    if (error instanceof BadRow) return badRowWords(entry.path, error);
    throw error;
  }
}

function badRowFaults(where: string, told: readonly string[], bad: number): Fault[] {
  const faults = told.map((words): Fault => ({ code: 'bad-row', message: `${where}: ${words}` }));
  const untold = bad - told.length;
  return untold > 0 ? [...faults, { code: 'bad-row', message: `${where}: and ${untold} more rows` }] : faults;
}

function maskedFaults(where: string, masked: number, rows: number): Fault[] {
  if (masked === 0) return [];
  const hint =
    'remove the GDPR profile from the account that reads, then run again; nothing is compared until then';
  return [
    {
      code: 'masked',
      message: `${where}: ${masked} of ${rows} rows have ***** where a name is due: ${hint}`,
    },
  ];
}
