import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalBytes } from '../platform/canonical.js';
import type { CopyValue } from '../platform/tx.js';
import type { Page, ReadRecord, Step } from '../sources/source.js';
import type { RunFrame } from './list-reading.js';
import { FORM, seal, type SealedRecord, tagOf } from './record-form.js';
import type { NameTags, Present, StageStore, StoredBody } from './stage.store.js';
import type { WhoMatters } from './who-matters.js';

/** What the comparison of one list's pages needs to know, gathered once before its first page. */
export interface ComparisonFrame {
  readonly run: RunFrame;
  readonly step: Step;
  readonly tagKey: { readonly no: number; readonly key: Buffer };
  /** A tag key of earlier days, or undefined if it is lost. */
  readonly olderTagKey: (no: number) => Buffer | undefined;
  readonly nameTags: NameTags;
  /** Whose directory entries are kept whole; learns from what is compared. */
  readonly matters: WhoMatters;
  /** Time by the database's clock. */
  readonly now: () => Promise<Date>;
  /** Keep names of every directory entry (configuration `directoryDetail: full`). */
  readonly fullDetail: boolean;
  /** The record with the rights of both (Source.withRightsOf). */
  readonly withRightsOf: (stored: StoredBody['body'], record: ReadRecord) => ReadRecord;
}

/** Records are compared in portions, so that health checks and lease renewal get their turn between them. */
const PORTION = 500;

/**
 * Compares one page with the open state while it is in memory; stages every key, and in full only what differs.
 * @returns whom the page shows
 */
export async function comparePage(
  stage: StageStore,
  frame: ComparisonFrame,
  attempt: number,
  page: Page,
): Promise<ReadonlySet<bigint>> {
  const records = page.records();
  for (const record of records) frame.matters.learn(record);
  const onPage = new Set<bigint>();
  for (let i = 0; i < records.length; i += PORTION) {
    await nextTurn();
    await comparePortion(stage, frame, attempt, page.no, records.slice(i, i + PORTION), onPage);
  }
  return onPage;
}

interface Compared {
  readonly record: ReadRecord;
  readonly present: Present;
  readonly whole: boolean;
  readonly tag: Buffer;
}

async function comparePortion(
  stage: StageStore,
  frame: ComparisonFrame,
  attempt: number,
  pageNo: number,
  records: readonly ReadRecord[],
  onPage: Set<bigint>,
): Promise<void> {
  const present = await stage.present(frame.run, frame.step, records, frame.nameTags);
  const compared = records.map((record, i) => compareOne(frame, record, present[i]));
  const fresh = compared.filter((c) => !isUnchanged(frame, c) && !onPage.has(c.present.identityId));
  const known = fresh.filter((c) => c.present.open !== null).map((c) => c.present.identityId);
  const stored = await stage.openBodies(frame.run.source, frame.step, known);
  for (const c of compared) onPage.add(c.present.identityId);
  await stage.keep(frame.run, frame.step, attempt, {
    no: pageNo,
    seen: compared.map((c) => ({ identityId: c.present.identityId, tag: c.tag })),
    changed: distinctById(fresh)
      .map((c) => stagedRow(frame, c, stored.get(c.present.identityId)))
      .filter((row) => row !== null),
  });
}

function compareOne(frame: ComparisonFrame, record: ReadRecord, present: Present | undefined): Compared {
  if (!present) throw new Error(`no identity for a record of ${frame.step.stream}`);
  const whole = frame.fullDetail || frame.matters.includes(record, present.identityId);
  return { record, present, whole, tag: tagOf(record, whole, frame.tagKey.key) };
}

function isUnchanged(frame: ComparisonFrame, { record, present, whole, tag }: Compared): boolean {
  const { open } = present;
  if (open?.form !== FORM) return false;
  if (open.tagKey === frame.tagKey.no) return open.tag.equals(tag);
  const older = frame.olderTagKey(open.tagKey);
  return older !== undefined && open.tag.equals(tagOf(record, whole, older));
}

/** Columns of stage_record after `attempt`; null if, its tag key being lost, the stored row says the same after all. */
function stagedRow(frame: ComparisonFrame, c: Compared, stored: StoredBody | undefined): CopyValue[] | null {
  const sealed = seal(frame.step, c.record, c.whole, holderOf(c), frame.tagKey.key);
  if (stored && tagIsLost(frame, c) && saysTheSame(sealed, stored)) return null;
  const nameTag = frame.nameTags(c.record.linkName);
  return [
    c.present.identityId,
    nameTag,
    sealed.tag,
    sealed.leaf,
    sealed.commit,
    JSON.stringify(sealed.body),
    JSON.stringify(sealed.personal),
    sealed.bearsRight,
    JSON.stringify(sealed.grants),
    JSON.stringify(sealed.permissions),
    stored ? mergedWith(frame, c, stored, sealed) : null,
  ];
}

/**
 * The row to store if this read is not believed as a whole: the union of its rights with those of the open row.
 * Null where the record lost nothing; `same` where the union is what is stored already.
 */
function mergedWith(
  frame: ComparisonFrame,
  c: Compared,
  stored: StoredBody,
  read: SealedRecord,
): string | null {
  const union = frame.withRightsOf(stored.body, c.record);
  if (union.grants.length === read.grants.length && union.permissions.length === read.permissions.length)
    return null;
  const sealed = seal(frame.step, union, c.whole || union.grants.length > 0, holderOf(c), frame.tagKey.key);
  return JSON.stringify({
    same: c.present.open?.tag.equals(sealed.tag) ?? false,
    tag: sealed.tag.toString('hex'),
    leaf: sealed.leaf.toString('hex'),
    commit: sealed.commit.toString('hex'),
    body: sealed.body,
    personal: sealed.personal,
    grants: sealed.grants,
    permissions: sealed.permissions,
  });
}

function holderOf(c: Compared) {
  return { firstKey: c.present.firstKey, salt: c.present.salt };
}

function tagIsLost(frame: ComparisonFrame, { present: { open } }: Compared): boolean {
  return (
    open?.form === FORM && open.tagKey !== frame.tagKey.no && frame.olderTagKey(open.tagKey) === undefined
  );
}

/** Without the key of its tag a row is compared with what it stored, unknown fields aside. */
function saysTheSame(sealed: SealedRecord, stored: StoredBody): boolean {
  const known = ({ other: _, ...personal }: Record<string, unknown>) => personal;
  const read = canonicalBytes({ body: sealed.body, personal: known(sealed.personal) });
  const kept = canonicalBytes({ body: stored.body, personal: known(stored.personal ?? {}) });
  return read.equals(kept);
}

/** A key that comes twice in one portion is staged once; that it came twice stands in stage_seen. */
function distinctById(compared: readonly Compared[]): Compared[] {
  return [...new Map(compared.map((c) => [c.present.identityId, c])).values()];
}
