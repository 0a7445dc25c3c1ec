import type { Sql } from '../platform/tx.js';

/** One distinct direct assignment. Paths through groups and organisational units are not in it. */
export interface DirectGrant {
  /** Identity that holds it, never resolved through links. Decimal text: PostgreSQL's bigint does not fit a number. */
  readonly principal: string;
  /** `role:<id>` or `permission:<key>`. */
  readonly target: string;
  /** Key of the scope in which it applies. */
  readonly inScope: string;
}

/** Each list narrows the answer; an absent one does not. */
export interface GrantFilter {
  readonly principals?: readonly string[];
  readonly targets?: readonly string[];
  readonly inScopes?: readonly string[];
}

/**
 * A grant may be stated by the lists of several scopes. Once the list of the scope it applies in has stated it in a
 * complete read, only that list decides, as long as it is read; before that, and once it is read no more, any list
 * that states it does.
 */
const GRANTS_AT = `
  select g.principal::text as principal, g.target, g.in_scope as "inScope"
    from grant_ g
   where g.source = $1 and g.from_seq <= $2 and (g.until_seq is null or g.until_seq > $2)
     and ($3::bigint[] is null or g.principal = any ($3))
     and ($4::text[] is null or g.target = any ($4))
     and ($5::text[] is null or g.in_scope = any ($5))
   group by g.principal, g.target, g.in_scope
  having bool_or(g.scope = g.in_scope)
      or not exists (
           select from grant_ own
             join watch w on w.source = own.source and w.stream = own.stream and w.scope = own.scope
              and w.from_seq <= $2 and (w.until_seq is null or w.until_seq > $2)
             join observation o on o.source = own.source and o.stream = own.stream and o.scope = own.scope
              and o.seq >= w.from_seq
            where own.source = $1 and own.principal = g.principal and own.target = g.target
              and own.in_scope = g.in_scope and own.scope = g.in_scope
              and o.verdict = 'complete' and o.seq <= $2
              and o.seq >= own.from_seq and (own.until_seq is null or o.seq < own.until_seq))
   order by g.principal, g.target collate "C", g.in_scope collate "C"`;

/** The distinct direct grants in force in snapshot `seq`, ordered by principal, target and scope. */
export async function grantsAt(
  sql: Sql,
  source: string,
  seq: number,
  filter: GrantFilter = {},
): Promise<DirectGrant[]> {
  return sql.query<DirectGrant>(GRANTS_AT, [
    source,
    seq,
    filter.principals ?? null,
    filter.targets ?? null,
    filter.inScopes ?? null,
  ]);
}
