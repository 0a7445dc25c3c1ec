import { commitmentOf, leafOf } from '../../snapshots/record-form.js';
import { bucketOf } from '../../snapshots/merkle.js';
import type { JsonObject } from '../../sources/source.js';
import type { SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';

interface LeafRow {
  readonly stream: string;
  readonly scope: string;
  readonly identity_id: string;
  readonly from_seq: number;
  readonly form: number;
  readonly leaf: Buffer;
  readonly bucket: number;
  readonly commit: Buffer;
  readonly body: JsonObject;
  readonly personal: JsonObject | null;
  readonly shown_key: string | null;
  readonly salt: Buffer | null;
}

const RECORDS = `
  select r.stream, r.scope, r.identity_id::text, r.from_seq, r.form, r.leaf, r.bucket, r.commit, r.body, r.personal,
         i.shown_key, i.salt
    from record r left join identity i on i.source = r.source and i.identity_id = r.identity_id
   where r.source = $1`;

export const leavesCheck: SourceCheck = {
  id: 'leaves',
  invariant:
    'the leaf of every record is that of its content, and its commitment that of the personal fields still kept',
  proves: 'no field of any version was altered since it was read',
  async *run(sql, source) {
    for await (const row of rowsOf<LeafRow>(sql, RECORDS, [source])) {
      const says = misfit(row);
      const { stream, scope, identity_id, from_seq } = row;
      if (says !== null)
        yield { table: 'record', key: { source, stream, scope, identity_id, from_seq }, says };
    }
  },
};

function misfit(row: LeafRow): string | null {
  const { body, commit, form, leaf, personal, salt, shown_key: firstKey } = row;
  if (!leafOf(row, form, body, commit).equals(leaf)) return 'its leaf is not that of its body';
  if (bucketOf(leaf) !== row.bucket) return `its leaf does not belong into bucket ${row.bucket}`;
  if (personal === null) return null;
  if (salt === null || firstKey === null) return 'the person is erased, but not this record of theirs';
  return commitmentOf({ firstKey, salt }, personal).equals(commit)
    ? null
    : 'its commitment is not that of its personal fields';
}
