import { rowsOf } from '../../platform/rows.view.js';
import type { Json, JsonObject } from '../../sources/source.js';
import type { EvidenceDocument } from '../document.js';

interface Found {
  readonly stream: string;
  readonly scope: string;
  readonly form: number;
  readonly body: JsonObject;
  readonly commit: string;
  readonly leaf: string;
  readonly key: string | null;
  readonly salt: string | null;
  readonly personal: Json;
}

/** By leaf: whoever recomputes the root needs them bucket by bucket. */
const RECORDS = `
  select r.stream, r.scope, r.form, r.body, encode(r.commit, 'hex') as commit, encode(r.leaf, 'hex') as leaf,
         case when open_ then i.shown_key end as key, case when open_ then encode(i.salt, 'hex') end as salt,
         case when open_ then r.personal end as personal
    from record r
    join identity i on i.source = r.source and i.identity_id = r.identity_id
   cross join lateral (select (i.name_space <> 'dn' or r.bears_right) and i.salt is not null and r.personal is not null as open_) o
   where r.source = $1 and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2)
   order by r.leaf`;

export const recordsDocument: EvidenceDocument = {
  name: 'records',
  about:
    'every record of the last state, in the form that its root is made of; key, salt and personal open the commitment of whoever is no mere directory entry',
  columns: ['stream', 'scope', 'form', 'body', 'commit', 'leaf', 'key', 'salt', 'personal'],
  async *rows(sql, { source, to }) {
    for await (const { key, salt, personal, ...sealed } of rowsOf<Found>(sql, RECORDS, [source, to.seq]))
      yield { ...sealed, ...(key !== null && { key, salt, personal }) };
  },
};
