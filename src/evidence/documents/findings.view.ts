import { becauseWords } from '../../findings/findings-words.js';
import { findingsOf } from '../../findings/findings.view.js';
import type { EvidenceDocument } from '../document.js';
import { judgedUntil } from '../judged-until.view.js';
import { asJson } from '../as-json.js';

export const findingsDocument: EvidenceDocument = {
  name: 'findings',
  about:
    'every finding as it stood when the last state was judged, resolved ones included, with the path of each right',
  columns: [
    ...[
      'id',
      'state',
      'severity',
      'rule',
      'ruleVersion',
      'ruleDigest',
      'subjectKind',
      'subjectKey',
      'subjectName',
    ],
    ...['fields', 'message', 'because', 'fingerprint', 'openedAt', 'since', 'why', 'waiver'],
  ],
  async *rows(sql, { source, to }) {
    const at = await judgedUntil(sql, source, to.seq);
    for (const finding of await findingsOf(sql, source, { at })) {
      const { id, state, severity, rule, subject, fields, message, because, product } = finding;
      yield {
        ...{ id, state, severity, rule: rule.id, ruleVersion: rule.version, ruleDigest: rule.digest },
        subjectKind: subject.kind,
        subjectKey: subject.kind === 'principal' ? subject.key : subject.id,
        subjectName: subject.name,
        fields,
        message,
        because: because.map((one) => becauseWords(one, product)),
        fingerprint: finding.fingerprint,
        openedAt: finding.openedAt,
        since: finding.since,
        why: finding.why,
        waiver: finding.waiver && asJson(finding.waiver),
      };
    }
  },
};
