import type { Sql } from '../platform/tx.js';
import type { IdentityFacts } from './access-facts.js';

/** Where spaces state an attribute differently, the latest read decides. */
const latest = (value: string): string =>
  `(array_agg(${value} order by o.read_to desc nulls last, r.scope) filter (where ${value} is not null))[1]`;

const IDENTITIES = `
  select i.identity_id::text as "identityId", i.name_space as "nameSpace", i.shown_key as key, i.match_key as "matchKey",
         ${latest(`r.personal ->> 'name'`)} as name,
         ${latest(`r.body ->> 'origin'`)} as origin,
         ${latest(`r.body ->> 'type'`)} as type,
         ${latest(`(r.body ->> 'memberCount')::float8`)} as "memberCount",
         coalesce(bool_or((r.body ->> 'builtIn')::boolean), false) as "builtIn"
    from identity i
    left join record r on r.source = i.source and r.identity_id = i.identity_id
                      and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2)
    left join lateral (
           select o.read_to from observation o
            where o.source = r.source and o.stream = r.stream and o.scope = r.scope and o.seq <= $2
            order by o.seq desc limit 1) o on true
   where i.source = $1 and i.identity_id = any ($3)
   group by i.source, i.identity_id`;

/** What the state of `seq` says about these identities. */
export async function identityFacts(
  sql: Sql,
  source: string,
  seq: number,
  identityIds: readonly string[],
): Promise<Map<string, IdentityFacts>> {
  const rows = await sql.query<IdentityFacts>(IDENTITIES, [source, seq, identityIds]);
  return new Map(rows.map((row) => [row.identityId, row]));
}
