/** The bytes of an answer become a page of records, by the mapping of its list. */
import { createHash } from 'node:crypto';
import { parseJson } from '../json.js';
import { type Fault, type Page, type ReadRecord, SourceError } from '../source.js';
import type { ListMapping } from './http-config.js';
import { at } from './json-path.js';
import { LIST_NAMES, type Stream } from './lists.js';
import { BadItem, mapRow } from './map-row.js';
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
  /** Equal for pages with the same items, whatever else the answers say. */
  readonly fingerprint: string;
}

/** Of many faults of one kind in a page, this many are told one by one. */
const TOLD_ITEMS = 20;

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
    throw new SourceError('bad-shape', `${where}: ${place}: expected a list (itemsAt)`);
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
    fingerprint: createHash('sha256').update(JSON.stringify(items)).digest('hex'),
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
  if (Number.isSafeInteger(total) && Number(total) >= 0) return { total: Number(total), listFaults: [] };
  const message = `${where}: ${totalAt.join('.')}: expected a whole number from 0 (totalAt)`;
  return { total: null, listFaults: [{ code: 'bad-count', message }] };
}

function judge(
  items: readonly unknown[],
  { stream, team, mapping }: PageContext,
  place: string,
): { readonly records: readonly ReadRecord[]; readonly faults: readonly Fault[] } {
  const records: ReadRecord[] = [];
  const bad: string[] = [];
  for (const [i, item] of items.entries()) {
    try {
      records.push(recordOf(stream, mapRow(item, mapping), team));
    } catch (error) {
      if (!(error instanceof BadItem)) throw error;
      bad.push(`${place}[${i}]: ${error.words}`);
    }
  }
  const told = bad.slice(0, TOLD_ITEMS);
  const untold = bad.length - told.length;
  const words = untold > 0 ? [...told, `${place}: and ${untold} more items`] : told;
  return { records, faults: words.map((message) => ({ code: 'bad-row', message })) };
}
