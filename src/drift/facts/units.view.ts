import { type BelowFact, type IdentityId, type List, LISTED_PEOPLE, type People, STREAM } from '../facts.js';
import { after, type At, before, below, either, KNOWN, touched } from './at.js';

const UNITS = `
  select distinct g.principal::text as id
    from grant_ g
   where g.source = $1 and ${either('g')}
     and exists (select from record r
                  where r.source = $1 and r.identity_id = g.principal and r.stream = '${STREAM.directory}'
                    and ${either('r')} and r.body ->> 'type' in ('GROUP', 'OU'))`;

/** Groups and organisational units that hold a right before or after. */
export async function readUnits({ sql, source, seq }: At): Promise<IdentityId[]> {
  const rows = await sql.query<{ id: IdentityId }>(UNITS, [source, seq]);
  return rows.map((row) => row.id);
}

export interface Movement {
  readonly unit: IdentityId;
  readonly appeared: People;
  readonly vanished: People;
  readonly touched: readonly List[];
}

const listed = (condition: string): string =>
  `coalesce((array_agg(m.id::text order by m.match_key) filter (where ${condition}))[1:${LISTED_PEOPLE}], '{}')`;

/** A person listed by several scopes is there while one of them lists it. */
const MOVED = `
  with ${KNOWN},
  moved as (
    select i.identity_id as id, i.match_key, bool_or(${after('all_of')}) as is_after,
           jsonb_agg(distinct jsonb_build_object('stream', r.stream, 'scope', r.scope)) as lists
      from record r join known using (stream, scope)
      join identity i on i.source = r.source and i.identity_id = r.identity_id
      join record all_of on all_of.source = r.source and all_of.identity_id = r.identity_id
       and all_of.stream = r.stream and ${either('all_of')}
     where r.source = $1 and r.stream = '${STREAM.directory}' and ${touched('r')} and r.body ->> 'type' = 'USER'
       and exists (select from identity u
                    where u.source = $1 and u.identity_id = any ($3::bigint[]) and ${below('i', 'u')})
     group by i.identity_id, i.match_key
    having bool_or(${after('all_of')}) <> bool_or(${before('all_of')}))
  select u.identity_id::text as unit,
         count(*) filter (where m.is_after)::integer as "appearedCount", ${listed('m.is_after')} as appeared,
         count(*) filter (where not m.is_after)::integer as "vanishedCount", ${listed('not m.is_after')} as vanished,
         (select jsonb_agg(distinct list) from moved, jsonb_array_elements(moved.lists) list where ${below('moved', 'u')})
           as touched
    from identity u join moved m on ${below('m', 'u')}
   where u.source = $1 and u.identity_id = any ($3::bigint[])
   group by u.identity_id, u.match_key`;

interface MovedRow {
  readonly unit: IdentityId;
  readonly appearedCount: number;
  readonly appeared: readonly IdentityId[];
  readonly vanishedCount: number;
  readonly vanished: readonly IdentityId[];
  readonly touched: readonly List[];
}

/** Directory users that appeared or vanished below these units; units without any are not in the answer. */
export async function readMovements(
  { sql, source, seq }: At,
  units: readonly IdentityId[],
): Promise<Movement[]> {
  if (units.length === 0) return [];
  const rows = await sql.query<MovedRow>(MOVED, [source, seq, units]);
  return rows.map((row) => ({
    unit: row.unit,
    appeared: { count: row.appearedCount, listed: row.appeared },
    vanished: { count: row.vanishedCount, listed: row.vanished },
    touched: row.touched,
  }));
}

const BELOW = `
  select u.identity_id::text as unit,
         count(*) filter (where m.is_before)::integer as "beforeCount", ${listed('m.is_before')} as before,
         count(*) filter (where m.is_after)::integer as "afterCount", ${listed('m.is_after')} as after
    from identity u
    left join lateral (
         select i.identity_id as id, i.match_key,
                bool_or(${before('r')}) as is_before, bool_or(${after('r')}) as is_after
           from identity i join record r on r.source = i.source and r.identity_id = i.identity_id
          where i.source = $1 and i.name_space = 'dn' and ${below('i', 'u')}
            and r.stream = '${STREAM.directory}' and ${either('r')} and r.body ->> 'type' = 'USER'
          group by i.identity_id, i.match_key) m on true
   where u.source = $1 and u.identity_id = any ($3::bigint[])
   group by u.identity_id`;

interface BelowRow {
  readonly unit: IdentityId;
  readonly beforeCount: number;
  readonly before: readonly IdentityId[];
  readonly afterCount: number;
  readonly after: readonly IdentityId[];
}

/** All directory users below these units. The cost is theirs, so it is asked only of units that a change is about. */
export async function readBelow(
  { sql, source, seq }: At,
  units: readonly IdentityId[],
): Promise<Map<IdentityId, Pick<BelowFact, 'before' | 'after'>>> {
  if (units.length === 0) return new Map();
  const rows = await sql.query<BelowRow>(BELOW, [source, seq, units]);
  return new Map(
    rows.map((row) => [
      row.unit,
      {
        before: { count: row.beforeCount, listed: row.before },
        after: { count: row.afterCount, listed: row.after },
      },
    ]),
  );
}
