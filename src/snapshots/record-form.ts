/**
 * The form in which a record is compared, committed to and hashed (docs/digests.md). Pure: keys and salts are given.
 */
import { createHash, createHmac } from 'node:crypto';
import { canonicalBytes } from '../platform/canonical.js';
import type { JsonObject, ReadRecord, StatedGrant, Step } from '../sources/source.js';

/** Version of the comparison form. A new one closes and reopens every row, without a change being told. */
export const FORM = 1;

/** What is kept of the identity a record belongs to. */
export interface Holder {
  /** The key as it was first stored: the commitment must not move with its spelling. */
  readonly firstKey: string;
  readonly salt: Buffer;
}

/** A record ready to be stored. */
export interface SealedRecord {
  readonly tag: Buffer;
  readonly leaf: Buffer;
  readonly commit: Buffer;
  readonly body: JsonObject;
  readonly personal: JsonObject;
  readonly bearsRight: boolean;
  readonly grants: readonly StatedGrant[];
  readonly permissions: readonly string[];
}

const LEAF = Buffer.from([0x00]);

/**
 * Keyed hash of the comparison form, to notice change.
 * @param whole false: a directory entry of which no name is kept, so none is compared
 */
export function tagOf(record: ReadRecord, whole: boolean, tagKey: Buffer): Buffer {
  const compared = { body: record.comparedBody, personal: whole ? record.comparedPersonal : {} };
  return createHmac('sha256', tagKey).update(canonicalBytes(compared)).digest();
}

export function seal(
  step: Step,
  record: ReadRecord,
  whole: boolean,
  holder: Holder,
  tagKey: Buffer,
): SealedRecord {
  const personal = whole ? record.personal : (record.minimalPersonal ?? record.personal);
  const commit = commitmentOf(holder, personal);
  return {
    tag: tagOf(record, whole, tagKey),
    leaf: leafOf(step, FORM, record.body, commit),
    commit,
    body: record.body,
    personal,
    bearsRight: record.grants.length > 0 || record.permissions.length > 0,
    grants: record.grants,
    permissions: record.permissions,
  };
}

/** HMAC-SHA256(salt, JCS {key as first stored, personal}): kept when the person is erased, then proof of nothing. */
export function commitmentOf(holder: Holder, personal: JsonObject): Buffer {
  return createHmac('sha256', holder.salt)
    .update(canonicalBytes({ key: holder.firstKey, personal }))
    .digest();
}

/** SHA-256(0x00 ‖ JCS {stream, scope, form, body, commit}), `commit` in lower-case hex. */
export function leafOf(step: Step, form: number, body: JsonObject, commit: Buffer): Buffer {
  const data = { stream: step.stream, scope: step.scope, form, body, commit: commit.toString('hex') };
  return createHash('sha256').update(LEAF).update(canonicalBytes(data)).digest();
}
