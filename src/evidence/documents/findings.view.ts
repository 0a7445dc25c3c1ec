import { asJson } from '../as-json.js';
import type { EvidenceDocument } from '../document.js';
import { stepsUntil } from '../period-findings.view.js';

export const findingsDocument: EvidenceDocument = {
  name: 'findings',
  about:
    'every step in the life of each finding, with the rule that judged, why, and the waiver that applied',
  columns: [
    ...[
      'finding',
      'no',
      'at',
      'kind',
      'state',
      'severity',
      'rule',
      'ruleVersion',
      'ruleDigest',
      'rulesetDigest',
    ],
    ...['seq', 'snapshotDigest', 'subjectKind', 'subjectKey', 'subjectName', 'fields', 'message', 'because'],
    ...['fingerprint', 'why', 'waiver', 'actor', 'reason'],
  ],
  async *rows(sql, { source, to }) {
    for await (const { finding, event } of stepsUntil(sql, source, to.seq)) {
      const { judgement, because, waiver, no, at, kind, state, severity, message, fingerprint } = event;
      const { rulesetDigest, ruleVersion, ruleDigest, seq, snapshotDigest } = judgement ?? {};
      yield {
        ...{ finding: finding.id, no, at, kind, state, severity, rule: finding.rule.id },
        ...{ ruleVersion, ruleDigest, rulesetDigest, seq, snapshotDigest },
        ...{
          subjectKind: finding.subject.kind,
          subjectKey: finding.subject.key,
          subjectName: finding.subject.name,
        },
        ...{ fields: finding.fields, message, because: asJson(because), fingerprint, why: event.why },
        ...{ waiver: waiver && asJson(waiver), actor: event.actor, reason: event.reason },
      };
    }
  },
};
