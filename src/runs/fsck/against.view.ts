import type { Sql } from '../../platform/tx.js';
import { journalHash } from '../../snapshots/journal-head.view.js';
import type { Anchor, AnchoredSnapshot } from './anchor.js';
import type { BadRow, StoreCheck } from './check.js';

/** Compares the store with what was written down of it elsewhere. Only this sees that the newest rows are gone. */
export const againstCheck = ({ snapshots }: Anchor): StoreCheck => ({
  id: 'against',
  invariant:
    'every snapshot that was written down elsewhere is here with the same digest, and so is the journal',
  proves: 'no older backup was restored, and nothing was rewritten since, however thoroughly',
  async *run(sql): AsyncGenerator<BadRow> {
    let head: AnchoredSnapshot['journal'] = null;
    for await (const anchored of snapshots) {
      yield* differing(sql, anchored);
      head = anchored.journal ?? head;
    }
    if (head !== null) yield* otherJournal(sql, head);
  },
});

interface SnapshotRow {
  readonly digest: string;
  readonly recordedAt: Date;
}

async function* differing(sql: Sql, anchored: AnchoredSnapshot): AsyncGenerator<BadRow> {
  const { source, seq, digest, recordedAt } = anchored;
  const [here] = await sql.query<SnapshotRow>(
    `select encode(digest, 'hex') as digest, recorded_at as "recordedAt" from snapshot where source = $1 and seq = $2`,
    [source, seq],
  );
  if (here?.digest === digest) return;
  yield { table: 'snapshot', key: { source, seq }, says: difference(recordedAt, here?.recordedAt) };
}

function difference(then: string, now: Date | undefined): string {
  if (now === undefined)
    return `it is missing, and was there at ${then}: an older backup was restored, or the newest snapshots were deleted`;
  if (now.toISOString() > then)
    return `it is another one, of ${now.toISOString()}; that of ${then} is missing: an older backup was restored, and reading went on from there`;
  return `it is not the one that was recorded at ${then}: it was rewritten, with everything after it`;
}

async function* otherJournal(sql: Sql, { no, hash }: { no: number; hash: string }): AsyncGenerator<BadRow> {
  const here = await journalHash(sql, no);
  if (here === hash) return;
  const says =
    here === undefined
      ? 'it is missing, and was there: an older backup was restored, or the newest rows were deleted'
      : 'it is another one: an older backup was restored and something else came after it, or rows up to it were rewritten';
  yield { table: 'journal', key: { no: String(no) }, says };
}
