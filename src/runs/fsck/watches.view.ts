import type { SourceCheck } from './check.js';
import { badRowsOf } from './bad-rows.view.js';

const FIRST_COMPLETE = `
  select stream, scope, from_seq,
         'it says ' || coalesce('snapshot ' || first_complete_seq, 'never') || ', but its first complete read is '
           || coalesce('that of ' || due, 'still to come') as says
    from (select w.*, (select min(o.seq) from observation o
                        where o.source = w.source and o.stream = w.stream and o.scope = w.scope and o.verdict = 'complete'
                          and o.seq >= w.from_seq and (w.until_seq is null or o.seq < w.until_seq)) as due
            from watch w where source = $1) watched
   where first_complete_seq is distinct from due
   order by from_seq, stream, scope`;

const UNWATCHED = `
  select seq, stream, scope, 'its list is not watched' as says from observation o
   where source = $1 and reads > 0
     and not exists (select from watch w where w.source = o.source and w.stream = o.stream and w.scope = o.scope
                        and w.from_seq <= o.seq and (w.until_seq is null or w.until_seq > o.seq))
   order by seq, stream, scope`;

export const watchesCheck: SourceCheck = {
  id: 'watches',
  invariant: 'a list is known from its first complete read on',
  proves: 'nothing was kept silent as a first read that was none',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      { table: 'watch', query: FIRST_COMPLETE },
      { table: 'observation', query: UNWATCHED },
    ]),
};
