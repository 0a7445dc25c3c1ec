import type { Sql } from '../platform/tx.js';

/** Scope key → name in snapshot `seq`: as the list of scopes has it, else as holders' records say. */
export async function scopeNamesAt(sql: Sql, source: string, seq: number): Promise<Map<string, string>> {
  const rows = await sql.query<{ key: string; name: string }>(
    `select key, (array_agg(name order by rank, name))[1] as name from (
       select i.match_key as key, r.body ->> 'name' as name, 1 as rank
         from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
        where r.source = $1 and i.name_space = 'scope' and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2)
        union
       select held ->> 'spaceId', held ->> 'spaceName', 2
         from record r cross join jsonb_array_elements(r.body -> 'spaceRoles') as held
        where r.source = $1 and r.bears_right and r.body ? 'spaceRoles'
          and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2)) named
      where name is not null group by key`,
    [source, seq],
  );
  return new Map(rows.map((row) => [row.key, row.name]));
}
