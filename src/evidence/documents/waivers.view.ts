import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import type { EvidenceDocument } from '../document.js';
import { judgedUntil } from '../judged-until.view.js';

const WAIVERS = `
  select e.waiver ->> 'id' as id, e.waiver ->> 'reason' as reason, e.waiver ->> 'approver' as approver, e.waiver ->> 'from' as from,
         e.waiver ->> 'until' as until, f.rule, e.finding, min(e.matched_digest) as fingerprint,
         to_char(min(e.recorded_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "appliedAt"
    from finding_event e join finding f on f.source = e.source and f.id = e.finding
   where e.source = $1 and e.waiver is not null and ($2::timestamptz is null or e.recorded_at <= $2)
   group by e.waiver, f.rule, e.finding
   order by min(e.recorded_at), e.finding, e.waiver ->> 'id'`;

export const waiversDocument: EvidenceDocument = {
  name: 'waivers',
  about:
    'each waiver that was applied to a finding up to the last state: what was accepted, by whom, why, and until when',
  columns: ['id', 'rule', 'finding', 'reason', 'approver', 'from', 'until', 'fingerprint', 'appliedAt'],
  async *rows(sql, { source, to }) {
    yield* rowsOf<Row>(sql, WAIVERS, [source, await judgedUntil(sql, source, to.seq)]);
  },
};
