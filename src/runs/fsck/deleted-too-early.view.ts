import { rowsOf } from '../../platform/rows.view.js';
import type { Sql } from '../../platform/tx.js';
import type { BadRow } from './check.js';

/** What only retention deletes → the kind whose horizon it must have passed. */
const KIND_OF: Readonly<Record<string, string>> = {
  change: 'versions',
  ...{ alert: 'messages', alert_acknowledgement: 'messages', outbox: 'messages', outbox_attempt: 'messages' },
  ...{ slot: 'log', run: 'log', retention_run: 'log' },
};

/**
 * By when a row was first written: blanking it, when somebody was erased, made it no younger. A transaction that wrote a
 * row may have ended later than the snapshot that it belongs to; never by a day.
 */
const DELETED_TOO_EARLY = `
  select about, key, 'it was deleted (entry ' || no || ' of the journal), and was not yet old enough' as says
    from (select j.*, first_value(at) over same as written_at, first_value(how) over same as was, k.kind
            from journal j left join unnest($1::text[], $2::text[]) as k (about, kind) using (about)
           where k.kind is not null or j.about = 'action_log'
          window same as (partition by about, key order by j.no)) noted
   where how = 'deleted' and was = 'written' and not
         case when about = 'action_log' then (key ->> 'id')::bigint <= coalesce((select max(id) from action_log_anchor), 0)
         when about = 'retention_run' or key ->> 'source' = '*'
         then exists (select from store_horizon h where h.kind = noted.kind and noted.written_at <= h.before + interval '1 day')
         else exists (select from retention_horizon h
                       where h.kind = noted.kind and h.source = coalesce(noted.key ->> 'source', h.source)
                         and noted.written_at <= h.moved_at - make_interval(days => h.days) + interval '1 day') end
   order by no`;

export async function* deletedTooEarly(sql: Sql): AsyncGenerator<BadRow> {
  const kinds = [Object.keys(KIND_OF), Object.values(KIND_OF)];
  for await (const { about, ...row } of rowsOf<Omit<BadRow, 'table'> & { about: string }>(
    sql,
    DELETED_TOO_EARLY,
    kinds,
  ))
    yield { table: about, ...row };
}
