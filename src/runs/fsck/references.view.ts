import type { SourceCheck } from './check.js';
import { badRowsOf, type BadRowQuery } from './bad-rows.view.js';
import { FIRST, KEPT, WHOLE } from './kept.js';

/** Rows of `table` whose identity in `column` is not there. */
function withoutIdentity(table: string, key: string, column: string): BadRowQuery {
  return {
    table,
    query: `
      select ${key}, 'there is no identity ' || t.${column} as says from ${table} t
       where t.source = $1 and t.${column} is not null
         and not exists (select from identity i where i.source = t.source and i.identity_id = t.${column})
       order by 1, 2`,
  };
}

/** Rows of `table` of a snapshot that was never published; 0 stands before the first one. */
function withoutSnapshot(table: string, key: string): BadRowQuery {
  return {
    table,
    query: `
      select ${key}, 'there is no snapshot ' || t.seq as says from ${table} t
       where t.source = $1 and t.seq > 0 and not exists (select from snapshot s where s.source = t.source and s.seq = t.seq)
       order by t.seq`,
  };
}

const PARTS = `
  select seq, no, 'it is part of change ' || part_of || ', which is not there' as says from change c
   where source = $1 and part_of is not null and (seq > ${FIRST} or ${FIRST} = 1)
     and not exists (select from change whole where whole.source = c.source and whole.seq = c.seq and whole.no = c.part_of)
   order by seq, no`;

const HOLDS = `
  select seq, stream, scope, identity_id::text, 'its list does not say that it holds anything' as says from hold h
   where source = $1 and ${KEPT('h.seq')} and not exists (select from observation o where o.source = h.source and o.seq = h.seq
                                        and o.stream = h.stream and o.scope = h.scope and o.held > 0)
   order by seq, stream, scope, h.identity_id`;

const RELEASES = `
  select id::text, 'snapshot ' || hold_seq || ' held nothing in that list' as says from release r
   where source = $1 and ${WHOLE('hold_seq', 'observations')} and not exists (select from observation o where o.source = r.source and o.seq = r.hold_seq
                                        and o.stream = r.stream and o.scope = r.scope and o.held > 0)
   order by r.id`;

const TOLD = `
  select t.id::text, t.no, 'it tells an alert that is not there' as says from outbox_alert t
    join outbox o on o.source = t.source and o.id = t.id
   where t.source = $1 and ${WHOLE('o.seq', 'messages')} and not exists (select from alert a where a.source = t.source and a.seq = o.seq and a.no = t.no)
   order by t.id, t.no`;

const ANSWERED = `
  select k.seq, k.no, 'it acknowledges an alert that is not there' as says from alert_acknowledgement k
   where k.source = $1 and not exists (select from alert a where a.source = k.source and a.seq = k.seq and a.no = k.no)
   order by k.seq, k.no`;

const COLLECTED = `
  select o.id::text, 'no digest ' || o.told_by || ' tells it' as says from outbox o
   where o.source = $1 and o.told_by is not null
     and not exists (select from outbox d where d.id = o.told_by and d.kind = 'digest' and lower(d.recipient) = lower(o.recipient))
   order by o.id`;

const LINKS = `
  select l.identity_id::text, l.to_identity_id::text, l.from_seq,
         case when a.name_space <> 'admin' or b.name_space <> 'dn' then 'it links ' || a.name_space || ' to ' || b.name_space
              else 'it links two that do not have the same name' end as says
    from link l
    join identity a on a.source = l.source and a.identity_id = l.identity_id
    join identity b on b.source = l.source and b.identity_id = l.to_identity_id
   where l.source = $1
     and (a.name_space <> 'admin' or b.name_space <> 'dn'
          or l.until_seq is null and a.name_tag_key = b.name_tag_key and a.name_tag <> b.name_tag)
   order by l.from_seq, l.identity_id`;

export const referencesCheck: SourceCheck = {
  id: 'references',
  invariant: 'every row that names an identity, a snapshot, a change or a held list names one that exists',
  proves: 'nothing that was told hangs in the air',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      withoutIdentity('record', 'stream, scope, identity_id::text, from_seq', 'identity_id'),
      withoutIdentity(
        'grant_',
        'stream, scope, identity_id::text, principal::text, target, in_scope, from_seq',
        'principal',
      ),
      withoutIdentity('link', 'identity_id::text, to_identity_id::text, from_seq', 'identity_id'),
      withoutIdentity('link', 'identity_id::text, to_identity_id::text, from_seq', 'to_identity_id'),
      withoutIdentity('change', 'seq, no', 'subject'),
      withoutIdentity('hold', 'seq, stream, scope, identity_id::text', 'identity_id'),
      withoutIdentity('legal_hold', 'id::text', 'identity_id'),
      withoutSnapshot('observation', 'seq, stream, scope'),
      withoutSnapshot('change', 'seq, no'),
      withoutSnapshot('alert', 'seq, no'),
      withoutSnapshot('outbox', 'id::text'),
      withoutIdentity('outbox_about', 'id::text, identity_id::text', 'identity_id'),
      { table: 'link', query: LINKS },
      { table: 'outbox_alert', query: TOLD },
      { table: 'alert_acknowledgement', query: ANSWERED },
      { table: 'outbox', query: COLLECTED },
      { table: 'change', query: PARTS },
      { table: 'hold', query: HOLDS },
      { table: 'release', query: RELEASES },
    ]),
};
