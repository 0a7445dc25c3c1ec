import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import type { EvidenceDocument } from '../document.js';
import { judgedUntil } from '../judged-until.view.js';

const EVENTS = `
  select e.finding, e.no, to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, e.kind, e.state, e.severity,
         e.message, e.why, e.waiver, e.actor, e.reason, e.matched, e.matched_digest as fingerprint,
         e.judgement, j.seq, encode(j.snapshot_digest, 'hex') as "snapshotDigest", j.ruleset_digest as "rulesetDigest"
    from finding_event e
    left join judgement j on j.source = e.source and j.id = e.judgement
   where e.source = $1 and ($2::timestamptz is null or e.recorded_at <= $2)
   order by e.finding, e.no`;

export const findingEventsDocument: EvidenceDocument = {
  name: 'finding-events',
  about:
    'the life of every finding up to the last state: opened, waived, acknowledged, resolved, by which judgement or by whom',
  columns: [
    ...[
      'finding',
      'no',
      'at',
      'kind',
      'state',
      'severity',
      'message',
      'why',
      'waiver',
      'actor',
      'reason',
      'matched',
    ],
    ...['fingerprint', 'judgement', 'seq', 'snapshotDigest', 'rulesetDigest'],
  ],
  async *rows(sql, { source, to }) {
    yield* rowsOf<Row>(sql, EVENTS, [source, await judgedUntil(sql, source, to.seq)]);
  },
};
