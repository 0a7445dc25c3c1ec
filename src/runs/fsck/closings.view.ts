import type { SourceCheck } from './check.js';
import { badRowsOf } from './bad-rows.view.js';
import { KEPT, SHOWN } from './kept.js';

/** Rows of `closed` may end where the list was read completely, or is no longer read. */
const believed = (closed: string): string => `
  exists (select from observation o
           where o.source = ${closed}.source and o.seq = ${closed}.until_seq and o.stream = ${closed}.stream
             and o.scope = ${closed}.scope and o.verdict = 'complete')
  or exists (select from watch w
              where w.source = ${closed}.source and w.until_seq = ${closed}.until_seq and w.stream = ${closed}.stream
                and w.scope = ${closed}.scope)`;

const RECORDS = `
  select stream, scope, identity_id::text, from_seq, 'it ends at ' || until_seq || ' without a successor, where its list was not read completely' as says
    from record r
   where source = $1 and until_seq is not null and ${SHOWN('r')} and not (${believed('r')})
     and not exists (select from record n where n.source = r.source and n.stream = r.stream and n.scope = r.scope
                        and n.identity_id = r.identity_id and n.from_seq = r.until_seq)
   order by until_seq, stream, scope, r.identity_id`;

const GRANTS = `
  select stream, scope, identity_id::text, target, in_scope, from_seq,
         'it ends at ' || until_seq || ', where its list was not read completely' as says
    from grant_ g
   where source = $1 and until_seq is not null and ${SHOWN('g')} and not (${believed('g')})
     and not exists (select from grant_ n where n.source = g.source and n.stream = g.stream and n.scope = g.scope
                        and n.identity_id = g.identity_id and n.target = g.target and n.in_scope = g.in_scope
                        and n.from_seq = g.until_seq)
   order by until_seq, stream, scope, g.identity_id, target, in_scope`;

const HELD = `
  select seq, stream, scope, identity_id::text, 'its record ends with the snapshot that holds it' as says
    from hold h
   where source = $1 and ${KEPT('h.seq')}
     and not exists (select from record r where r.source = h.source and r.stream = h.stream and r.scope = h.scope
                        and r.identity_id = h.identity_id and r.from_seq <= h.seq and (r.until_seq is null or r.until_seq > h.seq))
   order by seq, stream, scope, h.identity_id`;

export const closingsCheck: SourceCheck = {
  id: 'closings',
  invariant: 'nothing ends on the word of a partial, masked, denied or held read',
  proves: 'nobody was ever reported as gone who had only not been seen',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      { table: 'record', query: RECORDS },
      { table: 'grant_', query: GRANTS },
      { table: 'hold', query: HELD },
    ]),
};
