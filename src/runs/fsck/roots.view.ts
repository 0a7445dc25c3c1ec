import { rootOf } from '../../snapshots/merkle.js';
import type { SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';
import { KEPT } from './kept.js';

interface Turn {
  readonly seq: number;
  /** Null: the snapshot itself, after everything that turns with it. */
  readonly no: number | null;
  /** Of a bucket: its new hash, or null where it is left empty. Of a snapshot: its root. */
  readonly hash: Buffer | null;
}

/** Every turn of a bucket in the order of time, a version's end before the next one's beginning, then the snapshot. */
const TURNS = `
  select seq, no, hash from (
    select until_seq as seq, no, null::bytea as hash, 1 as place from bucket where source = $1 and until_seq is not null
     union all
    select from_seq, no, hash, 2 from bucket where source = $1
     union all
    select seq, null, root, 3 from snapshot where source = $1 and ${KEPT('seq')}) turn
   order by seq, place`;

export const rootsCheck: SourceCheck = {
  id: 'roots',
  invariant: 'the root of every snapshot that is still kept is that of the bucket hashes at that time',
  proves: 'with the checks of leaves and buckets: every root ever published is recomputed from the rows',
  async *run(sql, source) {
    const hashes = new Map<number, Buffer>();
    let root = rootOf(hashes);
    let turned = false;
    for await (const { seq, no, hash } of rowsOf<Turn>(sql, TURNS, [source])) {
      if (no !== null) {
        if (hash === null) hashes.delete(no);
        else hashes.set(no, hash);
        turned = true;
        continue;
      }
      if (turned) root = rootOf(hashes);
      turned = false;
      if (hash === null || !root.equals(hash)) {
        const says = `its root is not ${root.toString('hex')}, which its records give`;
        yield { table: 'snapshot', key: { source, seq }, says };
      }
    }
  },
};
