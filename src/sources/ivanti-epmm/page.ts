/** Bytes of an EPMM answer become a page, whether they came over HTTP or from a file. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { formatPath, parseJson, property, toJson, wellFormed } from '../json.js';
import { type Fault, type Page, type ReadRecord, type ServerInfo, SourceError } from '../source.js';
import { type Counts, readCounts } from './counts.js';
import { LISTS, type Stream } from './lists.js';
import { type Entry, type Judged, judgeRows } from './judging.js';
import { BadRow } from './normalise.js';
import { pingAnswer, roleCategory } from './schemas.js';

export interface Answer {
  readonly bytes: Uint8Array;
  readonly sentAt: Date;
  readonly receivedAt: Date;
}

export interface PageContext {
  readonly stream: Stream;
  /** Key of the device space, or ''. */
  readonly scope: string;
  readonly no: number;
  /** Where the answer was read from a file: its name. */
  readonly file?: string;
}

/** `user_summary, space 1, page 0` */
export function whereOf({ stream, scope, no, file }: PageContext): string {
  if (file !== undefined) return file;
  return `${stream}${scope === '' ? '' : `, space ${scope}`}, page ${no}`;
}

/** @throws SourceError bad-json, bad-shape: without an envelope there are no rows to page on with */
export function readPage(answer: Answer, context: PageContext): EpmmPage {
  const where = whereOf(context);
  const envelope = parseJson(answer.bytes, where);
  const results = property(envelope, 'results');
  if (!Array.isArray(results)) {
    throw new SourceError('bad-shape', `${where}: results: expected an array, received ${typeWord(results)}`);
  }
  const entries = context.stream === 'roles' ? catalogueEntries(results) : results.map(plainEntry);
  const counts = readCounts(LISTS[context.stream].counting, envelope, results.length, entries);
  const sha256 = createHash('sha256').update(answer.bytes).digest('hex');
  return new EpmmPage({
    context,
    answer,
    sha256,
    entries,
    counts,
    faults: counts.faults.map((words) => badCount(where, words)),
  });
}

interface Parts {
  readonly context: PageContext;
  readonly answer: Omit<Answer, 'bytes'>;
  readonly sha256: string;
  readonly entries: readonly Entry[];
  readonly counts: Counts;
  readonly faults: readonly Fault[];
  readonly judged?: Judged | null;
}

/** A page whose rows are judged once: in turns by `judging`, or when somebody asks for its records or faults. */
export class EpmmPage implements Page {
  readonly no: number;
  readonly sha256: string;
  readonly sentAt: Date;
  readonly receivedAt: Date;
  readonly rows: number;
  readonly total: number | null;
  readonly hasMore: boolean | null;
  /** `user_summary, space 1, page 0` */
  readonly where: string;
  private judged: Judged | null;

  constructor(private readonly parts: Parts) {
    this.no = parts.context.no;
    this.sha256 = parts.sha256;
    this.sentAt = parts.answer.sentAt;
    this.receivedAt = parts.answer.receivedAt;
    this.rows = parts.entries.length;
    this.total = parts.counts.total;
    this.hasMore = parts.counts.hasMore;
    this.where = whereOf(parts.context);
    this.judged = parts.judged ?? null;
  }

  /** Equal for pages with the same rows, whatever else the answers say: number, first and last row. */
  get fingerprint(): string {
    const edges = [this.parts.entries[0]?.row, this.parts.entries.at(-1)?.row];
    return createHash('sha256')
      .update(JSON.stringify([this.rows, ...edges]))
      .digest('hex');
  }

  get listFaults(): readonly Fault[] {
    return this.parts.faults;
  }

  get faults(): readonly Fault[] {
    return [...this.parts.faults, ...this.judge().faults];
  }

  records(): readonly ReadRecord[] {
    return this.judge().records;
  }

  /** The same page with what only the whole read could tell; `total` where the page is part of a larger list. */
  noting(faults: readonly Fault[], total = this.total): EpmmPage {
    const { parts } = this;
    return new EpmmPage({
      ...parts,
      counts: { ...parts.counts, total },
      faults: [...parts.faults, ...faults],
      judged: this.judged,
    });
  }

  /** Judges the rows a portion at a time, so that the caller can let others have their turn in between. */
  *judging(): Generator<undefined, Judged> {
    const { context, entries } = this.parts;
    return (this.judged ??= yield* judgeRows(context.stream, entries, this.where));
  }

  private judge(): Judged {
    const steps = this.judging();
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  }
}

export function badCount(where: string, words: string): Fault {
  return { code: 'bad-count', message: `${where}: ${words}` };
}

function plainEntry(row: unknown, index: number): Entry {
  return { path: ['results', index], row, category: null };
}

function catalogueEntries(results: readonly unknown[]): Entry[] {
  return results.flatMap((row, index): Entry[] => {
    const path = ['results', index];
    const parsed = roleCategory.safeParse(row);
    if (!parsed.success) return [{ path, row, category: null, fault: badRow(parsed.error) }];
    const category = typeof parsed.data.category === 'string' ? wellFormed(parsed.data.category) : null;
    return parsed.data.roleAndPermissions.map((role, i) => ({
      path: [...path, 'roleAndPermissions', i],
      row: role,
      category,
    }));
  });
}

function badRow({ issues: [issue] }: z.ZodError): BadRow {
  return new BadRow(issue?.path ?? [], issue?.message ?? 'not as expected');
}

/** @throws SourceError */
export function readPing(bytes: Uint8Array): ServerInfo {
  const results = toJson(property(parseJson(bytes, 'ping'), 'results'));
  const parsed = pingAnswer.safeParse(Array.isArray(results) ? results[0] : results);
  if (!parsed.success) {
    const { path, message } = badRow(parsed.error);
    throw new SourceError('bad-shape', `ping: ${formatPath(['results', ...path])}: ${message}`);
  }
  const { apiVersion, vspVersion } = parsed.data;
  return { serverVersion: vspVersion?.toString() ?? null, apiVersion: apiVersion?.toString() ?? null };
}

function typeWord(value: unknown): string {
  return value === null ? 'null' : value === undefined ? 'nothing' : typeof value;
}
