import { rowsOf } from '../../platform/rows.view.js';
import { afterSeq, type EvidenceDocument } from '../document.js';
import type { Row } from '../csv.js';

const SLOTS = `
  select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "dueAt", trigger, state, seq, why,
         to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "endedAt"
    from slot
   where source = $1 and state in ('published', 'failed', 'missed')
     and (seq > $2 and seq <= $3 or seq is null and due_at > $4::timestamptz and due_at <= $5::timestamptz)
   order by due_at`;

export const coverageDocument: EvidenceDocument = {
  name: 'coverage',
  about: 'every moment at which the source was due in the period, and what became of it',
  columns: ['dueAt', 'trigger', 'state', 'seq', 'why', 'endedAt'],
  rows: (sql, { source, from, to }) =>
    rowsOf<Row>(sql, SLOTS, [source, afterSeq({ from }), to.seq, from.recordedAt, to.recordedAt]),
};
