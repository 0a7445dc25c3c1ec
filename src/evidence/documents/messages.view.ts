import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import { afterSeq, type EvidenceDocument } from '../document.js';

const MESSAGES = `
  select o.seq, o.message_id as "messageId", o.channel, o.recipient, o.severity, o.subject, o.state, coalesce(d.why, o.why) as why, coalesce(d.attempts, o.attempts) as attempts,
         o.kind, d.message_id as "toldBy", d.state as "toldState",
         (select jsonb_agg(a.no order by a.no) from outbox_alert a where a.source = o.source and a.id = o.id) as alerts,
         to_char(o.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt",
         to_char(coalesce(d.ended_at, o.ended_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "endedAt",
         (select jsonb_agg(jsonb_build_object('no', t.no, 'outcome', t.outcome, 'said', t.said,
                   'at', to_char(t.began_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by t.no)
            from outbox_attempt t where t.id = coalesce(d.id, o.id) and t.source = coalesce(d.source, o.source)) as tries
    from outbox o left join outbox d on d.id = o.told_by where o.source = $1 and o.seq > $2 and o.seq <= $3 order by o.seq, o.id`;

export const messagesDocument: EvidenceDocument = {
  name: 'messages',
  about: 'who was told of the alerts, by which way, when, and what the other side said',
  columns: [
    ...[
      'seq',
      'messageId',
      'channel',
      'recipient',
      'severity',
      'subject',
      'state',
      'why',
      'attempts',
      'alerts',
    ],
    ...['createdAt', 'endedAt', 'tries', 'kind', 'toldBy', 'toldState'],
  ],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, MESSAGES, [source, afterSeq({ from }), to.seq]),
};
