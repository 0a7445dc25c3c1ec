import type { SourceCheck } from './check.js';
import { badRowsOf } from './bad-rows.view.js';
import { SLOT_KEPT } from './kept.js';

const key = `to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as due_at`;

const SLOTS = `
  select ${key},
         case when state = 'published' and snapshot.seq is null then 'it is published as snapshot ' || slot.seq || ', which is not there'
              when state = 'published' and snapshot.run_id is distinct from slot.run_id then 'snapshot ' || slot.seq || ' is of another run'
              when state = 'published' and run.outcome is distinct from 'published' then 'it is published, but its run is not'
              when state <> 'published' and slot.seq is not null then 'it is ' || state || ', but names snapshot ' || slot.seq
              when state in ('published', 'failed', 'missed') and slot.ended_at is null then 'it is ' || state || ', but has no end'
              when state = 'leased' and (lease_until is null or run.id is null) then 'it is leased, but to nobody'
         end as says
    from (select * from slot where source = $1) slot
    left join snapshot on snapshot.source = slot.source and snapshot.seq = slot.seq
    left join (select id, outcome from run where source = $1) run on run.id = slot.run_id
   where state = 'published' and (snapshot.seq is null or snapshot.run_id is distinct from slot.run_id or run.outcome is distinct from 'published')
      or state <> 'published' and slot.seq is not null
      or state in ('published', 'failed', 'missed') and slot.ended_at is null
      or state = 'leased' and (lease_until is null or run.id is null)
   order by slot.due_at`;

const SNAPSHOTS = `
  select seq, 'it is of run ' || run_id || ', but ' || (select count(*) from slot where slot.source = snapshot.source and slot.seq = snapshot.seq and state = 'published')
              || ' slots say they are published as it' as says
    from snapshot
   where source = $1 and run_id is not null and ${SLOT_KEPT('seq')}
     and (select count(*) from slot where slot.source = snapshot.source and slot.seq = snapshot.seq and state = 'published') <> 1
   order by seq`;

const RUNS = `
  select id::text, 'it is published, but there is no snapshot of it' as says
    from run where source = $1 and outcome = 'published'
     and not exists (select from snapshot where snapshot.source = run.source and snapshot.run_id = run.id)
   order by run.id`;

export const slotsCheck: SourceCheck = {
  id: 'slots',
  invariant: 'every slot is in one recorded state, and what is published once has exactly one snapshot',
  proves: 'no due moment was left out or read into two snapshots, and no reported snapshot was lost',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      { table: 'slot', query: SLOTS },
      { table: 'snapshot', query: SNAPSHOTS },
      { table: 'run', query: RUNS },
    ]),
};
