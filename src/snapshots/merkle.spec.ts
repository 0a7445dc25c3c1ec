import { createHash } from 'node:crypto';
import { BUCKETS, bucketHash, bucketOf, emptyBucketHash, rootOf } from './merkle.js';

const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962 §2.1, word for word: MTH over the data entries, split at the largest power of two below n. */
function mth(entries: Buffer[]): Buffer {
  const [only] = entries;
  if (entries.length === 1 && only) return sha(Buffer.from([0]), only);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha(Buffer.from([1]), mth(entries.slice(0, k)), mth(entries.slice(k)));
}

/** What the database does with its rows (publish-tree.store.ts). */
function hashesOf(leaves: readonly Buffer[]): Map<number, Buffer> {
  const buckets = new Map<number, Buffer[]>();
  for (const leaf of leaves) buckets.set(bucketOf(leaf), [...(buckets.get(bucketOf(leaf)) ?? []), leaf]);
  return new Map([...buckets].map(([no, inIt]) => [no, bucketHash(inIt)]));
}

describe('the root of a state', () => {
  const leaves = Array.from({ length: 9000 }, (_, i) => sha(Buffer.from(`leaf ${i}`)));

  it('is the RFC 6962 tree hash over the concatenated leaves of each bucket', () => {
    const buckets = Array.from({ length: BUCKETS }, (): Buffer[] => []);
    for (const leaf of leaves) buckets[parseInt(leaf.toString('hex').slice(0, 3), 16)]!.push(leaf);
    const entries = buckets.map((bucket) => Buffer.concat(bucket.sort(Buffer.compare)));
    expect(rootOf(hashesOf(leaves)).toString('hex')).toBe(mth(entries).toString('hex'));
  });

  it('does not depend on the order of leaves', () => {
    expect(bucketHash([...leaves].reverse()).equals(bucketHash(leaves))).toBe(true);
  });

  it('hashes a single 0x00 for an empty bucket', () => {
    expect(emptyBucketHash.equals(sha(Buffer.from([0])))).toBe(true);
  });
});
