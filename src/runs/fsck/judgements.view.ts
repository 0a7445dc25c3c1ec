import type { SourceCheck } from './check.js';
import { badRowsOf } from './bad-rows.view.js';

const JUDGEMENTS = `
  select id,
         case when id <> place then 'the judgement before it is missing'
              when seq < before_seq then 'it is of an older snapshot than the one before it'
              when as_of < before_as_of then 'it is as of a time before that of the one before it'
              when as_of > recorded_at then 'it is as of a time after it was made'
              when digest is distinct from snapshot_digest then 'it is not of snapshot ' || seq || ' as that is now'
              else 'its ruleset is not there' end as says
    from (select j.*, s.digest, r.digest as ruleset, row_number() over judgements as place,
                 lag(j.seq) over judgements as before_seq, lag(j.as_of) over judgements as before_as_of
            from judgement j
            left join snapshot s on s.source = j.source and s.seq = j.seq
            left join ruleset r on r.digest = j.ruleset_digest
           where j.source = $1 window judgements as (order by j.id)) judged
   where id <> place or seq < before_seq or as_of < before_as_of or as_of > recorded_at
      or digest is distinct from snapshot_digest or ruleset is null
   order by id`;

const ASSESSMENTS = `
  select judgement, rule, 'there is no such judgement' as says from assessment a
   where source = $1 and not exists (select from judgement j where j.source = a.source and j.id = a.judgement)
   order by judgement, rule`;

export const judgementsCheck: SourceCheck = {
  id: 'judgements',
  invariant:
    'judgements are numbered without a gap, go forward in time, and name the snapshot and the ruleset they are of',
  proves: 'of every judgement one knows what was judged, by which rules, as of when',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      { table: 'judgement', query: JUDGEMENTS },
      { table: 'assessment', query: ASSESSMENTS },
    ]),
};
