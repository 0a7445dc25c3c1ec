import { dnKey } from '../access/dn.js';
import type { Sql } from '../platform/tx.js';

/** Identities ever known by this key (user ids exactly, DNs in any spelling) or by this name, ignoring case. */
export async function identitiesNamed(sql: Sql, source: string, word: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select identity_id::text as id from identity
      where source = $1 and (name_space in ('admin', 'member', 'token') and match_key = $2 or name_space = 'dn' and match_key = $3)
      union
     select r.identity_id::text from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
      where r.source = $1 and i.name_space in ('admin', 'dn', 'member', 'token') and lower(r.personal ->> 'name') = lower($2)`,
    [source, word, dnKey(word)],
  );
  return rows.map((row) => row.id);
}
