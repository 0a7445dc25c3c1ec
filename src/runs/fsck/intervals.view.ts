import type { SourceCheck } from './check.js';
import { badRowsOf, type BadRowQuery } from './bad-rows.view.js';

/** What a row of each interval table is a version of. */
const VERSIONED: Readonly<Record<string, string>> = {
  record: 'stream, scope, identity_id',
  grant_: 'stream, scope, identity_id, principal, target, in_scope',
  link: 'identity_id, to_identity_id',
  role_permission: 'scope, role, permission',
  bucket: 'no',
  watch: 'stream, scope',
};

export const intervalsCheck: SourceCheck = {
  id: 'intervals',
  invariant: 'versions of one object follow one another without overlap, and lie within published snapshots',
  proves: 'every state, today’s or a past one, has one answer',
  run: (sql, source) => badRowsOf(sql, source, Object.entries(VERSIONED).map(overlaps)),
};

function overlaps([table, object]: readonly [string, string]): BadRowQuery {
  return {
    table,
    query: `
      select ${object}, from_seq,
             case when before_from is not null and before_until is null then 'the version from ' || before_from || ' is still open'
                  when before_until > from_seq then 'the version from ' || before_from || ' ends only at ' || before_until
                  when until_seq <= from_seq then 'it ends at ' || until_seq || ', before it begins'
                  when from_seq < 1 then 'it begins before the first snapshot'
                  when from_seq > last then 'it begins after the last published snapshot, ' || last
                  else 'it ends at ' || until_seq || ', after the last published snapshot, ' || last
             end as says
        from (select ${object}, from_seq, until_seq,
                     lag(from_seq) over versions as before_from, lag(until_seq) over versions as before_until,
                     (select coalesce(max(seq), 0) from snapshot where source = $1) as last
                from ${table} where source = $1
              window versions as (partition by ${object} order by from_seq)) version
       where before_from is not null and (before_until is null or before_until > from_seq)
          or until_seq <= from_seq or from_seq < 1 or from_seq > last or until_seq > last
       order by from_seq, ${object}`,
  };
}
