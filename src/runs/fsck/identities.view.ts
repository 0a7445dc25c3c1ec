import { dnKey } from '../../access/dn.js';
import { FORM } from '../../snapshots/record-form.js';
import type { SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';

interface IdentityRow {
  readonly identity_id: string;
  readonly name_space: string;
  readonly match_key: string;
  readonly shown_key: string;
}

interface StrayRow {
  readonly identity_id: string;
  readonly says: string;
}

const IDENTITIES = `
  select identity_id::text, name_space, match_key, shown_key from identity
   where source = $1 and match_key is not null order by identity_id`;

/** Which list shows identities of which name space. */
const NAME_SPACE_OF: Readonly<Record<string, string>> = {
  ...{ users: 'admin', user_summary: 'admin', ldap_entity_summary: 'dn', roles: 'role' },
  ...{ device_spaces: 'scope', access_tokens: 'token', members: 'member' },
};

const STRAYS = `
  select identity_id::text,
         case when of.stream is not null then 'it is in the name space ' || name_space || ', but was read from ' || of.stream
              when match_form not between 1 and ${String(FORM)} then 'it was compared in a form that does not exist, ' || match_form
              else 'nothing was ever read about it' end as says
    from identity i
    left join lateral (
      select stream from record r
       where r.source = i.source and r.identity_id = i.identity_id
         and not exists (select from unnest($2::text[], $3::text[]) as known (stream, name_space)
                          where known.stream = r.stream and known.name_space = i.name_space)
       limit 1) of on true
   where i.source = $1
     and (of.stream is not null or match_form not between 1 and ${String(FORM)}
          -- what was read of somebody may have been deleted since, once there is a horizon
          or horizon_of($1, 'versions') is null
             and not exists (select from record r where r.source = i.source and r.identity_id = i.identity_id)
             and not exists (select from change c where c.source = i.source and c.subject = i.identity_id))
   order by i.identity_id`;

export const identitiesCheck: SourceCheck = {
  id: 'identities',
  invariant:
    'every identity is found by the compared form of the key that it was first shown with, in the name space of the lists that show it',
  proves: 'the next read recognises everybody, and takes nobody for somebody else',
  async *run(sql, source) {
    for await (const row of rowsOf<IdentityRow>(sql, IDENTITIES, [source])) {
      const due = row.name_space === 'dn' ? dnKey(row.shown_key) : row.shown_key;
      if (row.match_key === due) continue;
      const key = { source, identity_id: row.identity_id };
      yield { table: 'identity', key, says: 'its match_key is not that of its shown_key' };
    }
    const params = [source, Object.keys(NAME_SPACE_OF), Object.values(NAME_SPACE_OF)];
    for await (const { says, ...key } of rowsOf<StrayRow>(sql, STRAYS, params))
      yield { table: 'identity', key: { source, ...key }, says };
  },
};
