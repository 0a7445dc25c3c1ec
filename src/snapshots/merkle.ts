/**
 * The digest of a whole state, kept up to date at the cost of what changed (docs/digests.md).
 * Leaves are spread over 4,096 buckets by their first 12 bits; a bucket's leaves in ascending order are the data of
 * one entry of an RFC 6962 tree: leaf hash SHA-256(0x00 ‖ data), inner hash SHA-256(0x01 ‖ left ‖ right).
 */
import { createHash } from 'node:crypto';

export const BUCKETS = 4096;
/** Version of this construction, `tree` in every manifest. */
export const TREE = 1;

const LEAF = Buffer.from([0x00]);
const NODE = Buffer.from([0x01]);

/** The first 12 bits of a leaf. */
export function bucketOf(leaf: Buffer): number {
  return leaf.readUInt16BE(0) >> 4;
}

/** @param leaves the open leaves of one bucket, in any order */
export function bucketHash(leaves: readonly Buffer[]): Buffer {
  const ascending = [...leaves].sort((a, b) => a.compare(b));
  return createHash('sha256')
    .update(Buffer.concat([LEAF, ...ascending]))
    .digest();
}

export const emptyBucketHash: Buffer = bucketHash([]);

/** Root over all buckets; those not given are empty. @param hashes bucket number → bucket hash */
export function rootOf(hashes: ReadonlyMap<number, Buffer>): Buffer {
  let level = Array.from({ length: BUCKETS }, (_, no) => hashes.get(no) ?? emptyBucketHash);
  // 4,096 is a power of two: RFC 6962's split is the plain halving
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => parent(level[2 * i], level[2 * i + 1]));
  }
  return level[0] ?? emptyBucketHash;
}

function parent(left: Buffer | undefined, right: Buffer | undefined): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([NODE, left ?? emptyBucketHash, right ?? emptyBucketHash]))
    .digest();
}
