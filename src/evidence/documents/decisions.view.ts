import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import type { EvidenceDocument } from '../document.js';

const DECISIONS = `
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, decision, reason, about from (
    select created_at as at, actor, 'accept-shrink' as decision, reason,
           jsonb_build_object('stream', stream, 'scope', scope, 'heldIn', hold_seq, 'expected', expected, 'usedIn', used_seq) as about
      from release where source = $1
     union all
    select recorded_at, actor, kind, reason, jsonb_build_object('finding', finding, 'no', no)
      from finding_event where source = $1 and actor is not null
     union all
    select activated_at, actor, 'activate-rules', reason, jsonb_build_object('ruleset', digest) from ruleset_activation) decided
   where at > $2::timestamptz and at <= $3::timestamptz order by decided.at, decision, about::text`;

export const decisionsDocument: EvidenceDocument = {
  name: 'decisions',
  about:
    'what people decided in the period, and why: held closings taken for real, findings acknowledged, rules put in force',
  columns: ['at', 'actor', 'decision', 'reason', 'about'],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, DECISIONS, [source, from.recordedAt, to.recordedAt]),
};
