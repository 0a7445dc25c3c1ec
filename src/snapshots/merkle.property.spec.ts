import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { BUCKETS, bucketHash, bucketOf, emptyBucketHash, rootOf } from './merkle.js';

const leaves = fc
  .uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
    maxLength: 12,
    selector: (leaf) => Buffer.from(leaf).toString('hex'),
  })
  .map((all) => all.map((leaf) => Buffer.from(leaf)));

function hashesOf(all: readonly Buffer[]): Map<number, Buffer> {
  const buckets = new Map<number, Buffer[]>();
  for (const leaf of all) buckets.set(bucketOf(leaf), [...(buckets.get(bucketOf(leaf)) ?? []), leaf]);
  return new Map([...buckets].map(([no, inIt]) => [no, bucketHash(inIt)]));
}
const root = (all: readonly Buffer[]): string => rootOf(hashesOf(all)).toString('hex');
const sha = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
/** Each root is 8,191 hashes. */
const RUNS = { numRuns: 5 };

describe('laws of the root', () => {
  it('the order in which leaves come says nothing', () => {
    fc.assert(
      fc.property(leaves, (all) => {
        expect(root([...all].reverse())).toBe(root(all));
      }),
      RUNS,
    );
  });

  it('one leaf that is another, comes or goes makes another root', () => {
    fc.assert(
      fc.property(
        leaves.filter((all) => all.length > 0),
        fc.nat(),
        fc.nat(31),
        (all, which, at) => {
          const chosen = all[which % all.length]!;
          const changed = Buffer.from(chosen);
          changed[at]! ^= 1;
          const others = all.filter((leaf) => leaf !== chosen);
          expect(root([...others, changed])).not.toBe(root(all));
          expect(root(others)).not.toBe(root(all));
        },
      ),
      RUNS,
    );
  });

  it('what came and went again leaves the root as it was', () => {
    fc.assert(
      fc.property(leaves, (all) => {
        const hashes = hashesOf(all);
        const passing = sha(Buffer.from('passing'));
        const with_ = hashesOf([...all, passing]);
        expect(rootOf(with_)).not.toEqual(rootOf(hashes));
        const restored = new Map([...with_, ...hashes]);
        if (!hashes.has(bucketOf(passing))) restored.delete(bucketOf(passing));
        expect(rootOf(restored)).toEqual(rootOf(hashes));
      }),
      RUNS,
    );
  });

  it('a bucket without leaves is an empty one, said or not', () => {
    fc.assert(
      fc.property(leaves, fc.nat(BUCKETS - 1), (all, no) => {
        const hashes = hashesOf(all);
        if (hashes.has(no)) return;
        expect(rootOf(new Map([...hashes, [no, emptyBucketHash]]))).toEqual(rootOf(hashes));
      }),
      RUNS,
    );
  });

  it('a bucket is shown to be in the root by twelve hashes beside its own', () => {
    fc.assert(
      fc.property(
        leaves.filter((all) => all.length > 0),
        (all) => {
          const hashes = hashesOf(all);
          const [no] = [...hashes.keys()];
          let level = Array.from({ length: BUCKETS }, (_, i) => hashes.get(i) ?? emptyBucketHash);
          let [at, up, steps] = [no!, hashes.get(no!)!, 0];
          for (; level.length > 1; steps += 1, at >>= 1) {
            const beside = level[at ^ 1]!;
            up = at % 2 === 0 ? sha(Buffer.from([1]), up, beside) : sha(Buffer.from([1]), beside, up);
            level = Array.from({ length: level.length / 2 }, (_, i) =>
              sha(Buffer.from([1]), level[2 * i]!, level[2 * i + 1]!),
            );
          }
          expect(steps).toBe(12);
          expect(up).toEqual(rootOf(hashes));
        },
      ),
      RUNS,
    );
  });

  it('a leaf is in the bucket that its first three hex digits name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const leaf = Buffer.from(bytes);
        expect(bucketOf(leaf)).toBe(parseInt(leaf.toString('hex').slice(0, 3), 16));
      }),
    );
  });
});
