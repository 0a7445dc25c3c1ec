import type { IdentityId, LinkFact } from '../facts.js';
import { after, type At, before, either, touched } from './at.js';

const TOUCHED = `
  select distinct unnest(array[l.identity_id, l.to_identity_id])::text as id
    from link l where l.source = $1 and ${touched('l')}`;

/** Identities whose links changed. */
export async function readLinkedAnew({ sql, source, seq }: At): Promise<IdentityId[]> {
  const rows = await sql.query<{ id: IdentityId }>(TOUCHED, [source, seq]);
  return rows.map((row) => row.id);
}

/** `union` ends the recursion: an identity is followed once, however the links run. */
const LINKS = `
  with recursive reached as (
    select unnest($3::bigint[]) as id
    union
    select case when l.identity_id = reached.id then l.to_identity_id else l.identity_id end
      from reached join link l on l.source = $1 and reached.id in (l.identity_id, l.to_identity_id) and ${either('l')})
  select l.identity_id::text as identity, l.to_identity_id::text as to,
         bool_or(${before('l')}) as before, bool_or(${after('l')}) as after
    from link l
   where l.source = $1 and ${either('l')}
     and (l.identity_id in (select id from reached) or l.to_identity_id in (select id from reached))
   group by l.identity_id, l.to_identity_id`;

/** Links before or after of these identities, of those linked to them, and so on. */
export async function readLinks(
  { sql, source, seq }: At,
  identities: readonly IdentityId[],
): Promise<LinkFact[]> {
  if (identities.length === 0) return [];
  return sql.query<LinkFact>(LINKS, [source, seq, identities]);
}
