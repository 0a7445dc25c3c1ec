import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import type { EvidenceDocument } from '../document.js';

/** On the source, on a person in it, or on every source; people by number. */
const HOLDS = `
  select created_at, actor, reason, released_at, released_by, released_why,
         jsonb_strip_nulls(jsonb_build_object('hold', id::text, 'of', case when source = '*' then 'all' when identity_id is null then 'source' else 'person' end,
                                              'identity', identity_id::text)) as of
    from legal_hold where source in ($1, '*')`;

const DECISIONS = `
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, decision, reason, about from (
    select created_at as at, actor, 'accept-shrink' as decision, reason,
           jsonb_build_object('stream', stream, 'scope', scope, 'heldIn', hold_seq, 'expected', expected, 'usedIn', used_seq) as about
      from release where source = $1
     union all
    select recorded_at, actor, kind, reason, jsonb_build_object('finding', finding, 'no', no)
      from finding_event where source = $1 and actor is not null
     union all
    select recorded_at, actor, 'acknowledge-alert', reason, jsonb_build_object('alert', seq || '.' || no)
      from alert_acknowledgement where source = $1
     union all
    select created_at, actor, 'legal-hold', reason, of
      from (${HOLDS}) placed
     union all
    select released_at, released_by, 'legal-hold-released', released_why, of
      from (${HOLDS}) lifted where released_by is not null
     union all
    select activated_at, actor, 'activate-rules', reason, jsonb_build_object('ruleset', digest) from ruleset_activation) decided
   where at > $2::timestamptz and at <= $3::timestamptz order by decided.at, decision, about::text`;

export const decisionsDocument: EvidenceDocument = {
  name: 'decisions',
  about:
    'what people decided in the period, and why: held closings taken for real, findings and alerts acknowledged, legal holds placed and lifted, rules put in force',
  columns: ['at', 'actor', 'decision', 'reason', 'about'],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, DECISIONS, [source, from.recordedAt, to.recordedAt]),
};
