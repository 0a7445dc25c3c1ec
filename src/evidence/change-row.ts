import type { ReportedChange } from '../drift/report.js';
import { asJson } from './as-json.js';
import type { Row } from './csv.js';

export const CHANGE_COLUMNS = [
  ...['id', 'what', 'risk', 'subjectKind', 'subjectKey', 'subjectName', 'scope', 'scopeName'],
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
] as const;

/** One change as a row of a table, with names. */
export function changeRow(change: ReportedChange, risk: string | undefined): Row {
  const { ids, what, cause, subject, scope, role, permission, effective, window, partOf, ...details } =
    change;
  return {
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
