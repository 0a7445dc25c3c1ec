import { dnKey } from '../../access/dn.js';
import type { SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';

interface IdentityRow {
  readonly identity_id: string;
  readonly name_space: string;
  readonly match_key: string;
  readonly shown_key: string;
}

const IDENTITIES = `
  select identity_id::text, name_space, match_key, shown_key from identity
   where source = $1 and match_key is not null order by identity_id`;

export const identitiesCheck: SourceCheck = {
  id: 'identities',
  invariant: 'every identity is found by the compared form of the key that it was first shown with',
  proves: 'the next read recognises everybody, and takes nobody for somebody else',
  async *run(sql, source) {
    for await (const row of rowsOf<IdentityRow>(sql, IDENTITIES, [source])) {
      const due = row.name_space === 'dn' ? dnKey(row.shown_key) : row.shown_key;
      if (row.match_key === due) continue;
      const key = { source, identity_id: row.identity_id };
      yield { table: 'identity', key, says: 'its match_key is not that of its shown_key' };
    }
  },
};
