import type { Sql } from '../../platform/tx.js';
import { firstKept } from '../../snapshots/horizon.view.js';
import { bucketHash, emptyBucketHash } from '../../snapshots/merkle.js';
import type { BadRow, SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';

interface Version {
  readonly no: number;
  readonly bytes: Buffer;
  readonly from: number;
  readonly until: number | null;
}

const LEAVES = `select bucket as no, leaf as bytes, from_seq as "from", until_seq as until from record where source = $1 order by bucket`;
const HASHES = `select no, hash as bytes, from_seq as "from", until_seq as until from bucket where source = $1 order by no`;

/** Goes bucket by bucket through all of time: a bucket's versions are few, a source's are not. */
export const bucketsCheck: SourceCheck = {
  id: 'buckets',
  invariant:
    'at every snapshot that is still kept, the hash of every bucket is that of the leaves open in it',
  proves: 'what the roots stand on is exactly what the records say, now and at any time before',
  async *run(sql, source) {
    const leaves = new Grouped(sql, LEAVES, source);
    const hashes = new Grouped(sql, HASHES, source);
    const first = await firstKept(sql, source);
    try {
      for (let no = await lowest(leaves, hashes); no !== null; no = await lowest(leaves, hashes)) {
        yield* compare({ source, no, first }, await leaves.take(no), await hashes.take(no));
      }
    } finally {
      await Promise.all([leaves.close(), hashes.close()]);
    }
  },
};

async function lowest(a: Grouped, b: Grouped): Promise<number | null> {
  const [x, y] = [await a.next(), await b.next()];
  return x === null || y === null ? (x ?? y) : Math.min(x, y);
}

function* compare(
  { source, no, first }: { readonly source: string; readonly no: number; readonly first: number },
  leaves: readonly Version[],
  hashes: readonly Version[],
): Generator<BadRow> {
  const moments = new Set(
    [...leaves, ...hashes]
      .flatMap(({ from, until }) => (until === null ? [from] : [from, until]))
      .map((seq) => Math.max(seq, first)),
  );
  for (const seq of [...moments].sort((a, b) => a - b)) {
    const due = bucketHash(openAt(leaves, seq));
    const stored = openAt(hashes, seq)[0] ?? emptyBucketHash;
    if (due.equals(stored)) continue;
    yield {
      table: 'bucket',
      key: { source, no, seq },
      says: `its hash is not that of the records open in snapshot ${seq}`,
    };
    // everything later in this bucket follows from it
    return;
  }
}

function openAt(versions: readonly Version[], seq: number): Buffer[] {
  return versions
    .filter(({ from, until }) => from <= seq && (until === null || until > seq))
    .map(({ bytes }) => bytes);
}

/** Rows in the order of their bucket, handed out one bucket at a time. */
class Grouped {
  private readonly rows: AsyncGenerator<Version, void, undefined>;
  private ahead: Version | null | undefined;

  constructor(sql: Sql, query: string, source: string) {
    this.rows = rowsOf<Version>(sql, query, [source]);
  }

  /** Number of the bucket that comes next, or null at the end. */
  async next(): Promise<number | null> {
    if (this.ahead === undefined) await this.advance();
    return this.ahead?.no ?? null;
  }

  /** The rows of the bucket `no`, none if another one comes next. */
  async take(no: number): Promise<Version[]> {
    const taken: Version[] = [];
    while ((await this.next()) === no && this.ahead) {
      taken.push(this.ahead);
      await this.advance();
    }
    return taken;
  }

  async close(): Promise<void> {
    await this.rows.return();
  }

  private async advance(): Promise<void> {
    const { value } = await this.rows.next();
    this.ahead = value ?? null;
  }
}
