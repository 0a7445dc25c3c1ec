import type { Sql } from '../platform/tx.js';
import { type IdentityId, STREAM } from './facts.js';

export interface Name {
  readonly id: IdentityId;
  readonly key: string | null;
  readonly name: string | null;
  readonly erased: boolean;
}

/** The latest name that a record up to the snapshot gives; what is in force is later than what was closed. */
const IDENTITIES = `
  select i.identity_id::text as id, i.shown_key as key, i.erased_at is not null as erased, named.name
    from identity i
    left join lateral (
         select coalesce(nullif(r.personal ->> 'name', ''), r.body ->> 'name', r.body ->> 'description') as name
           from record r
          where r.source = i.source and r.identity_id = i.identity_id and r.from_seq <= $2
            and coalesce(nullif(r.personal ->> 'name', ''), r.body ->> 'name', r.body ->> 'description') is not null
          order by r.until_seq desc nulls first, (r.stream = '${STREAM.admins}') desc, r.from_seq desc, r.scope
          limit 1) named on true
   where i.source = $1 and i.identity_id = any ($3::bigint[])`;

/** Names as of snapshot `seq`. */
export async function namesOf(
  sql: Sql,
  source: string,
  seq: number,
  identities: readonly IdentityId[],
): Promise<Map<IdentityId, Name>> {
  const rows = await sql.query<Name>(IDENTITIES, [source, seq, identities]);
  return new Map(rows.map((row) => [row.id, row]));
}

const KEYED = `
  select i.name_space as "nameSpace", i.match_key as key, i.identity_id::text as id
    from identity i
   where i.source = $1 and i.name_space in ('role', 'scope') and i.match_key = any ($2::text[])`;

/** The identities of roles and scopes by their keys. */
export async function keyed(
  sql: Sql,
  source: string,
  keys: readonly string[],
): Promise<{ nameSpace: 'role' | 'scope'; key: string; id: IdentityId }[]> {
  return sql.query(KEYED, [source, keys]);
}
