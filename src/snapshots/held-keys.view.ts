import type { Sql } from '../platform/tx.js';

export interface HeldKey {
  readonly stream: string;
  readonly scope: string;
  /** As the source sent it; null for an erased person. */
  readonly key: string | null;
  readonly name: string | null;
}

/** Who or what is held back in these lists of a snapshot: at most `limit`, those with rights first. */
export async function heldKeys(
  sql: Sql,
  source: string,
  seq: number,
  lists: readonly { readonly stream: string; readonly scope: string }[],
  limit: number,
): Promise<HeldKey[]> {
  return sql.query<HeldKey>(
    `select h.stream, h.scope, i.shown_key as key, coalesce(r.personal ->> 'name', r.body ->> 'name') as name
       from hold h
       join unnest($3::text[], $4::text[]) as chosen (stream, scope) using (stream, scope)
       join identity i on i.source = h.source and i.identity_id = h.identity_id
       left join record r on r.source = h.source and r.stream = h.stream and r.scope = h.scope
                         and r.identity_id = h.identity_id and r.until_seq is null
      where h.source = $1 and h.seq = $2
      order by r.bears_right desc nulls last, h.stream collate "C", h.scope collate "C", i.match_key
      limit $5`,
    [source, seq, lists.map((list) => list.stream), lists.map((list) => list.scope), limit],
  );
}
