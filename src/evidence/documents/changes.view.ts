import { driftBetween } from '../../drift/drift.view.js';
import { riskOfChange } from '../../drift/drift-risk.js';
import type { ReportedChange } from '../../drift/report.js';
import type { Json } from '../../sources/source.js';
import { afterSeq, type EvidenceDocument } from '../document.js';
import type { Row } from '../csv.js';

export const changesDocument: EvidenceDocument = {
  name: 'changes',
  about: 'every change told between neighbouring snapshots of the period, with its cause and its window',
  columns: [
    ...['seq', 'id', 'what', 'risk', 'subjectKind', 'subjectKey', 'subjectName', 'scope', 'scopeName'],
    ...[
      'role',
      'roleName',
      'permission',
      'gained',
      'lost',
      'cause',
      'notSeenAt',
      'seenAt',
      'statedBy',
      'partOf',
      'details',
    ],
  ],
  async *rows(sql, { source, from, to, tiers }) {
    const told = await sql.query<{ seq: number }>(
      'select distinct seq from change where source = $1 and seq > $2 and seq <= $3 order by seq',
      [source, afterSeq({ from }), to.seq],
    );
    for (const { seq } of told) {
      const { changes } = await driftBetween(sql, source, String(seq - 1), String(seq));
      for (const change of changes) yield rowOf(seq, change, riskOfChange(change, tiers));
    }
  },
};

function rowOf(seq: number, change: ReportedChange, risk: string | undefined): Row {
  const { ids, what, cause, subject, scope, role, permission, effective, window, partOf, ...details } =
    change;
  return {
    seq,
    id: ids.join(' '),
    what,
    risk,
    subjectKind: subject.kind,
    subjectKey: subject.key,
    subjectName: subject.name,
    scope: scope?.key,
    scopeName: scope?.name,
    role: role?.id,
    roleName: role?.name,
    permission,
    gained: effective?.gained,
    lost: effective?.lost,
    cause,
    notSeenAt: window.notSeenAt?.toISOString(),
    seenAt: window.seenAt.toISOString(),
    statedBy: window.statedBy,
    partOf,
    details: Object.keys(details).length === 0 ? undefined : asJson(details),
  };
}

/** Dates and absent fields as JSON has them. */
function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
