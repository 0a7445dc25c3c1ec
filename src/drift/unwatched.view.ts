import type { Sql } from '../platform/tx.js';
import { groupBy } from './collect.js';
import type { Unwatched } from './unwatched.js';

const SPANS = `
  select gone.scope, gone.until_seq as "leftAt", min(back.from_seq) as "backAt"
    from watch gone
    join watch back on back.source = gone.source and back.stream = gone.stream and back.scope = gone.scope
                   and back.from_seq >= gone.until_seq and back.from_seq <= $3
   where gone.source = $1 and gone.until_seq > $2 and gone.until_seq <= $3
   group by gone.scope, gone.until_seq
   order by gone.until_seq, min(back.from_seq), gone.scope collate "C"`;

/** What was left after snapshot `from` and watched again by snapshot `to`. */
export async function unwatchedBetween(
  sql: Sql,
  source: string,
  from: number,
  to: number,
): Promise<Unwatched[]> {
  const rows = await sql.query<{ scope: string; leftAt: number; backAt: number }>(SPANS, [source, from, to]);
  const spans = groupBy(rows, ({ leftAt, backAt }) => JSON.stringify([leftAt, backAt]));
  return [...spans.values()].map((of) => ({
    scopes: of.map(({ scope }) => scope),
    leftAt: of[0].leftAt,
    backAt: of[0].backAt,
  }));
}
