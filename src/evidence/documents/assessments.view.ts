import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import { afterSeq, type EvidenceDocument } from '../document.js';

const ASSESSMENTS = `
  select j.id as judgement, j.seq, to_char(j.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "asOf", j.reason,
         j.ruleset_digest as "rulesetDigest", encode(j.snapshot_digest, 'hex') as "snapshotDigest", j.verdicts_digest as "verdictsDigest",
         a.rule, a.rule_version as "ruleVersion", a.rule_digest as "ruleDigest", a.judged, a.violated, a.unassessable, a.why, a.error
    from judgement j join assessment a on a.source = j.source and a.judgement = j.id
   where j.source = $1 and j.seq > $2 and j.seq <= $3 order by j.id, a.rule collate "C"`;

export const assessmentsDocument: EvidenceDocument = {
  name: 'assessments',
  about:
    'each rule in each judging of the period: how many were judged, in breach, or not assessable, and why',
  columns: [
    ...[
      'judgement',
      'seq',
      'asOf',
      'reason',
      'rulesetDigest',
      'snapshotDigest',
      'verdictsDigest',
      'rule',
      'ruleVersion',
    ],
    ...['ruleDigest', 'judged', 'violated', 'unassessable', 'why', 'error'],
  ],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, ASSESSMENTS, [source, afterSeq({ from }), to.seq]),
};
