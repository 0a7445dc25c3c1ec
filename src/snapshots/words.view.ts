import type { Sql } from '../platform/tx.js';
import type { RoleWord } from './access-facts.js';

/** Every id and name by which a role was ever known: in catalogues, and in what its holders' records say. */
export async function roleWords(sql: Sql, source: string): Promise<RoleWord[]> {
  return sql.query<RoleWord>(
    `select i.match_key as id, null as name, coalesce(r.body ->> 'description', r.body ->> 'name') as description
       from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
      where r.source = $1 and r.stream = 'roles'
      union
     select role ->> 'id', role ->> 'name', role ->> 'description'
       from record r
      cross join jsonb_array_elements(r.body -> 'spaceRoles') as held
      cross join jsonb_array_elements(held -> 'roles') as role
      where r.source = $1 and r.bears_right and r.body ? 'spaceRoles'
      union
     select distinct substr(target, 6), null, null from grant_ where source = $1 and target like 'role:%'`,
    [source],
  );
}

/** Every permission that a role of this source ever contained, or somebody ever held without a role. */
export async function permissionWords(sql: Sql, source: string): Promise<string[]> {
  const rows = await sql.query<{ permission: string }>(
    `select distinct permission from role_permission where source = $1
      union
     select distinct substr(target, 12) from grant_ where source = $1 and target like 'permission:%'`,
    [source],
  );
  return rows.map((row) => row.permission);
}
