import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import type { EvidenceDocument } from '../document.js';
import { judgedUntil } from '../judged-until.view.js';

const utc = (column: string, fraction = 'MS'): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${fraction}"Z"')`;

/** $2: until when judgements belong to the last state. Those that were judged before waivers were kept are known by their findings alone. */
const WAIVERS = `
  with judged as (
    select * from judgement where source = $1 and ($2::timestamptz is null or recorded_at <= $2)),
  inForce as (
    select named as id, min(j.id) as judgement from judged j cross join unnest(j.waivers) as named group by named),
  accepted as (
    select e.waiver ->> 'id' as id, e.finding, f.rule, min(e.waiver::text)::jsonb as waiver,
           min(e.matched_digest) as fingerprint, min(e.recorded_at) as applied_at
      from finding_event e join finding f on f.source = e.source and f.id = e.finding
     where e.source = $1 and e.waiver is not null and ($2::timestamptz is null or e.recorded_at <= $2)
     group by 1, 2, 3)
  select coalesce(n.id, a.id) as id, coalesce(w.rule, a.rule) as rule,
         w.subject_kind as "subjectKind", w.subject_id as "subjectId", i.shown_key as "subjectKey", w.fields,
         coalesce(w.reason, a.waiver ->> 'reason') as reason, coalesce(w.approver, a.waiver ->> 'approver') as approver,
         coalesce(${utc('w.valid_from')}, a.waiver ->> 'from') as from, coalesce(${utc('w.valid_until')}, a.waiver ->> 'until') as until,
         w.accepts, n.judgement as "inForceFrom", a.finding, a.fingerprint, ${utc('a.applied_at', 'US')} as "appliedAt"
    from inForce n full join accepted a using (id)
    left join waiver w on w.source = $1 and w.id = coalesce(n.id, a.id)
    left join identity i on i.source = $1 and w.subject_kind = 'principal' and i.identity_id::text = w.subject_id
   order by n.judgement nulls first, a.applied_at, a.finding, 1`;

export const waiversDocument: EvidenceDocument = {
  name: 'waivers',
  about:
    'each waiver that was in force up to the last state: what was accepted, by whom, why, and until when, and each finding that it was applied to, if any',
  columns: [
    ...[
      'id',
      'rule',
      'subjectKind',
      'subjectId',
      'subjectKey',
      'fields',
      'reason',
      'approver',
      'from',
      'until',
    ],
    ...['accepts', 'inForceFrom', 'finding', 'fingerprint', 'appliedAt'],
  ],
  async *rows(sql, { source, to }) {
    yield* rowsOf<Row>(sql, WAIVERS, [source, await judgedUntil(sql, source, to.seq)]);
  },
};
