import type { Sql } from '../platform/tx.js';

/** Keys of identities that were ever linked to this one, not erased: the same person by another name. */
export async function counterpartKeys(sql: Sql, source: string, identityId: string): Promise<string[]> {
  const rows = await sql.query<{ key: string }>(
    `select distinct i.shown_key as key from link l
       join identity i on i.source = l.source
        and i.identity_id = case l.identity_id when $2::bigint then l.to_identity_id else l.identity_id end
      where l.source = $1 and (l.identity_id = $2 or l.to_identity_id = $2) and i.shown_key is not null
      order by key`,
    [source, identityId],
  );
  return rows.map((row) => row.key);
}
