import type { HeldFact, IdentityId, Reading } from '../facts.js';
import type { At } from './at.js';

interface Row {
  readonly stream: string;
  readonly scope: string;
  readonly provenFrom: Date | null;
  readonly provenBy: string | null;
}

/** A list that left with this snapshot is among them, as it was watched before. */
const READINGS = `
  select distinct on (w.stream, w.scope) w.stream, w.scope,
         w.from_seq < $2 and coalesce(w.first_complete_seq < $2, false) as known,
         proven.read_from as "provenFrom", proven.stated_by as "provenBy",
         now.read_to as "readTo", now.stated_by as "statedBy"
    from watch w
    left join lateral (
         select o.read_from, o.stated_by from observation o
          where o.source = $1 and o.stream = w.stream and o.scope = w.scope and o.verdict = 'complete'
            and o.seq < $2 and o.seq >= w.first_complete_seq
          order by o.seq desc limit 1) proven on true
    left join observation now
           on now.source = $1 and now.seq = $2 and now.stream = w.stream and now.scope = w.scope
   where w.source = $1 and w.from_seq <= $2 and (w.until_seq is null or w.until_seq >= $2)
   order by w.stream, w.scope, w.from_seq`;

/** How every watched list was read, for this snapshot and last before it. */
export async function readReadings({ sql, source, seq }: At): Promise<Reading[]> {
  const rows = await sql.query<Row & Omit<Reading, 'list'>>(READINGS, [source, seq]);
  return rows.map(({ stream, scope, ...reading }) => ({ ...reading, list: { stream, scope } }));
}

const HELD = `
  select h.stream, h.scope, h.identity_id::text as identity,
         proven.read_from as "provenFrom", proven.stated_by as "provenBy"
    from (select distinct stream, scope, identity_id from hold
           where source = $1 and seq < $2 and identity_id = any ($3::bigint[])) h
    left join lateral (
         select o.read_from, o.stated_by from observation o
          where o.source = $1 and o.stream = h.stream and o.scope = h.scope and o.verdict = 'complete' and o.seq < $2
            and not exists (select from hold x
                             where x.source = $1 and x.seq = o.seq and x.stream = h.stream and x.scope = h.scope
                               and x.identity_id = h.identity_id)
          order by o.seq desc limit 1) proven on true`;

/** When identities whose closing was held were last really seen. */
export async function readHeld(
  { sql, source, seq }: At,
  identities: readonly IdentityId[],
): Promise<HeldFact[]> {
  const rows = await sql.query<Row & { identity: IdentityId }>(HELD, [source, seq, identities]);
  return rows.map(({ stream, scope, ...held }) => ({ ...held, list: { stream, scope } }));
}
