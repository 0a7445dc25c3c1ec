import type { Sql } from '../platform/tx.js';
import type { PeopleBelow } from './access-facts.js';

/** Keys are root first, so everything below a unit is one range of the index: from its key and ',' to the sign after it. */
const PEOPLE_BELOW = `
  select ou.identity_id::text as ou, below.count, below.listed
    from identity ou
   cross join lateral (
     select count(*)::int as count,
            coalesce((array_agg(person.identity_id::text order by person.match_key))[:$4::int], '{}') as listed
       from identity person
      where person.source = ou.source and person.name_space = 'dn'
        and person.match_key > ou.match_key || ',' and person.match_key < ou.match_key || '-'
        and exists (select from record r
                     where r.source = person.source and r.identity_id = person.identity_id and r.body ->> 'type' = 'USER'
                       and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2))) below
   where ou.source = $1 and ou.identity_id = any ($3) and ou.match_key is not null and ou.match_key not like '!%'`;

/**
 * The directory users below each of these units in snapshot `seq`.
 * @param limit how many of each unit are listed, at most
 */
export async function peopleBelow(
  sql: Sql,
  source: string,
  seq: number,
  ous: readonly string[],
  limit: number,
): Promise<PeopleBelow[]> {
  return ous.length === 0 ? [] : sql.query<PeopleBelow>(PEOPLE_BELOW, [source, seq, ous, limit]);
}
