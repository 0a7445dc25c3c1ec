import type { Sql } from '../platform/tx.js';
import type { CatalogueRole } from './access-facts.js';

/** The role catalogue of every scope in snapshot `seq`. */
export async function catalogueAt(sql: Sql, source: string, seq: number): Promise<CatalogueRole[]> {
  return sql.query<CatalogueRole>(
    `select r.scope, i.match_key as role, coalesce(r.body ->> 'description', r.body ->> 'name') as description, r.body -> 'permissions' as permissions
       from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
      where r.source = $1 and r.stream = 'roles' and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2)`,
    [source, seq],
  );
}
