import { rowsOf } from '../../platform/rows.view.js';
import type { Sql } from '../../platform/tx.js';
import type { BadRow } from './check.js';

/** What only retention deletes → the kind whose horizon it must have passed. */
const KIND_OF: Readonly<Record<string, string>> = {
  change: 'versions',
  ...{ alert: 'messages', alert_acknowledgement: 'messages', outbox: 'messages', outbox_attempt: 'messages' },
  ...{ slot: 'log', run: 'log' },
};

/** A transaction that wrote a row may have ended later than the snapshot that it belongs to; never by a day. */
const DELETED_TOO_EARLY = `
  select about, key, 'it was deleted (entry ' || no || ' of the journal), and was not yet old enough' as says
    from (select j.*, lag(at) over same as written_at, lag(how) over same as was, k.kind
            from journal j left join unnest($1::text[], $2::text[]) as k (about, kind) using (about)
           where k.kind is not null or j.about = 'action_log'
          window same as (partition by about, key order by j.no)) noted
   where how = 'deleted' and was = 'written' and not
         case about when 'action_log' then (key ->> 'id')::bigint <= coalesce((select max(id) from action_log_anchor), 0)
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
