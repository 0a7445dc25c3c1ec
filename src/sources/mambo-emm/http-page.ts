/** The bytes of an answer become a page of records, by the mapping of its list. */
import { createHash } from 'node:crypto';
import { parseJson, wellFormed } from '../json.js';
import { type Fault, type Page, type ReadRecord, SourceError } from '../source.js';
import type { ListMapping } from './http-config.js';
import { at } from './json-path.js';
import { LIST_NAMES, type Stream } from './lists.js';
import { BadItem, isMasked, mapRow } from './map-row.js';
import { recordOf } from './normalise.js';

export interface PageContext {
  readonly stream: Stream;
  readonly team: string;
  readonly no: number;
  readonly mapping: ListMapping;
}

export interface AnswerBytes {
  readonly bytes: Buffer;
  readonly sentAt: Date;
  readonly receivedAt: Date;
}

export interface MappedPage extends Page {
  readonly envelope: unknown;
  /** Equal for pages about the same tokens, roles or members, whatever else the answers say of them. */
  readonly fingerprint: string;
}

/** Of many faults of one kind in a page, this many are told one by one. */
const TOLD_ITEMS = 20;
/** Far more than any team has, and still within the integers of the store. */
const MAX_TOTAL = 100_000_000;

export const whereOf = ({ stream, no }: Pick<PageContext, 'stream' | 'no'>): string =>
  `${LIST_NAMES[stream]}, page ${no}`;

/** @throws SourceError bad-json, bad-shape: without a list there are no items to page on with */
export function readPage(answer: AnswerBytes, context: PageContext): MappedPage {
  const { mapping, no } = context;
  const where = whereOf(context);
  const envelope = parseJson(answer.bytes, where);
  const items = at(envelope, mapping.itemsAt);
  const place = mapping.itemsAt.join('.') || '$';
  if (!Array.isArray(items))
    throw new SourceError(
      'bad-shape',
      `${where}: ${place}: expected a list (itemsAt), received ${typeWord(items)}`,
    );
  const { total, listFaults } = totalOf(envelope, mapping, where);
  const { records, faults } = judge(items, context, `${where}: ${place}`);
  return {
    no,
    sha256: createHash('sha256').update(answer.bytes).digest('hex'),
    sentAt: answer.sentAt,
    receivedAt: answer.receivedAt,
    rows: items.length,
    total,
    listFaults,
    faults: [...listFaults, ...faults],
    records: () => records,
    envelope,
    fingerprint: fingerprintOf(items, mapping),
  };
}

export function withFaults<P extends Page>(page: P, faults: readonly Fault[]): P {
  return { ...page, listFaults: [...page.listFaults, ...faults], faults: [...page.faults, ...faults] };
}

function totalOf(
  envelope: unknown,
  { totalAt }: ListMapping,
  where: string,
): { readonly total: number | null; readonly listFaults: readonly Fault[] } {
  if (totalAt === null) return { total: null, listFaults: [] };
  const total = at(envelope, totalAt);
  const isWhole = typeof total === 'number' && Number.isInteger(total) && total >= 0;
  if (isWhole && total <= MAX_TOTAL) return { total, listFaults: [] };
  const words = `expected a whole number from 0 to ${MAX_TOTAL} (totalAt), received ${shown(total)}`;
  const message = `${where}: ${totalAt.join('.')}: ${words}`;
  // one that is far too high still ends the read: nobody comes to the end of such a list
  return { total: isWhole ? MAX_TOTAL : null, listFaults: [{ code: 'bad-count', message }] };
}

function fingerprintOf(items: readonly unknown[], { fields }: ListMapping): string {
  const ids = items.map((item) => at(item, fields.id) ?? item);
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex');
}

function typeWord(value: unknown): string {
  return value === null ? 'null' : value === undefined ? 'nothing' : typeof value;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : wellFormed(JSON.stringify(value).slice(0, 40));
}

function judge(
  items: readonly unknown[],
  { stream, team, mapping }: PageContext,
  place: string,
): { readonly records: readonly ReadRecord[]; readonly faults: readonly Fault[] } {
  const records: ReadRecord[] = [];
  const bad: string[] = [];
  let masked = 0;
  for (const [i, item] of items.entries()) {
    try {
      if (isMasked(item, mapping)) masked++;
      else records.push(recordOf(stream, mapRow(item, mapping), team));
    } catch (error) {
      if (!(error instanceof BadItem)) throw error;
      bad.push(`${place}[${i}]: ${error.words}`);
    }
  }
  const told = bad.slice(0, TOLD_ITEMS);
  const untold = bad.length - told.length;
  const words = untold > 0 ? [...told, `${place}: and ${untold} more items`] : told;
  const faults = words.map((message): Fault => ({ code: 'bad-row', message }));
  return { records, faults: [...maskedFaults(place, masked, items.length), ...faults] };
}

function maskedFaults(place: string, masked: number, items: number): Fault[] {
  if (masked === 0) return [];
  const hint = 'let whoever reads see them, then run again; nothing is compared until then';
  const message = `${place}: ${masked} of ${items} items have ***** where an id or a name is due: ${hint}`;
  return [{ code: 'masked', message }];
}
