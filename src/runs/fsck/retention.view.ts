import { rowsOf } from '../../platform/rows.view.js';
import { horizonsOf } from '../../snapshots/horizon.view.js';
import { badRowsOf } from './bad-rows.view.js';
import type { SourceCheck, StoreCheck } from './check.js';

/** What was stated a week before, and for how many days, must allow for it. */
const HORIZONS = `
  select h.kind, h.seq,
         case when s.seq is null then 'there is no such snapshot'
              when s.recorded_at <> h.before then 'its snapshot is of another time'
              when h.before + make_interval(days => h.days) > h.moved_at then 'its snapshot was not yet ' || h.days || ' days old'
              else 'nothing stated says that ' || h.kind || ' are kept for ' || h.days || ' days' end as says
    from retention_horizon h
    left join snapshot s on s.source = h.source and s.seq = h.seq
   where h.source = $1
     and (s.seq is null or s.recorded_at <> h.before or h.before + make_interval(days => h.days) > h.moved_at
          or not exists (select from retention_policy p where p.source = h.source and p.kind = h.kind and p.days <= h.days
                            and p.stated_at <= h.moved_at - interval '7 days'))
   order by h.kind, h.seq`;

/** States are judged and shown with how they were read: those go last. */
const ORDER = `
  select kind, seq, 'it is past that of versions' as says from retention_horizon h
   where source = $1 and kind = 'observations' and seq > coalesce(horizon_of($1, 'versions'), 1) order by h.seq`;

export const retentionCheck: SourceCheck = {
  id: 'retention',
  invariant: 'what is no longer kept is as old as was stated in time, and nothing that is later is missing',
  proves:
    'with roots, manifests and rights, which are checked from the horizon on: only what was to go has gone',
  async *run(sql, source) {
    yield* badRowsOf(sql, source, [
      { table: 'retention_horizon', query: HORIZONS },
      { table: 'retention_horizon', query: ORDER },
    ]);
    for (const { kind, seq, before, days } of await horizonsOf(sql, source)) {
      const says = `${kind} are kept and checked from snapshot ${String(seq)} (${before.toISOString()}) on: those before it are older than ${String(days)} days`;
      yield { table: 'retention_horizon', key: { source, kind, seq }, says, note: true };
    }
  },
};

const ANCHORS = `
  select id::text, case when removed <> id - before_id then 'it does not say how many went with it'
                        when before + make_interval(days => days) > removed_at then 'what went with it was not yet ' || days || ' days old'
                        else 'actions that it says were removed are still there' end as says
    from (select a.*, coalesce(lag(id) over (order by a.id), 0) as before_id,
                 exists (select from action_log l where l.id <= a.id) as still_there from action_log_anchor a) anchor
   where removed <> id - before_id or before + make_interval(days => days) > removed_at or still_there
   order by anchor.id`;

const STORE = `
  select kind, before, case when before + make_interval(days => days) > moved_at then 'what it was for was not yet ' || days || ' days old'
                            else 'nothing stated says that ' || kind || ' are kept for ' || days || ' days' end as says
    from store_horizon h
   where before + make_interval(days => days) > moved_at
      or not exists (select from retention_policy p where p.source = '*' and p.kind = h.kind and p.days <= h.days
                        and p.stated_at <= h.moved_at - interval '7 days')
   order by kind, h.before`;

export const storeHorizonsCheck: StoreCheck = {
  id: 'store-horizons',
  invariant: 'what belongs to no source was deleted only when it was as old as was stated in time',
  proves: 'no digest, no daily word and no run of retention went before its time',
  async *run(sql) {
    for await (const { kind, before, says } of rowsOf<{ kind: string; before: Date; says: string }>(
      sql,
      STORE,
      [],
    ))
      yield { table: 'store_horizon', key: { kind, before: before.toISOString() }, says };
  },
};

export const actionAnchorsCheck: StoreCheck = {
  id: 'action-anchors',
  invariant: 'the log of actions was only ever shortened from its beginning, by what was old enough',
  proves: 'what is left of the log begins where what was removed ended',
  async *run(sql) {
    for await (const { id, says } of rowsOf<{ id: string; says: string }>(sql, ANCHORS, []))
      yield { table: 'action_log_anchor', key: { id }, says };
  },
};
