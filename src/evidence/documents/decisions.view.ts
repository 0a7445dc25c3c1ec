import { rowsOf } from '../../platform/rows.view.js';
import type { EvidenceDocument } from '../document.js';
import type { Row } from '../csv.js';

const RELEASES = `
  select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, 'accept-shrink' as decision, reason,
         stream, nullif(scope, '') as scope, hold_seq as "heldIn", expected, used_seq as "usedIn"
    from release where source = $1 and created_at > $2::timestamptz and created_at <= $3::timestamptz order by id`;

export const decisionsDocument: EvidenceDocument = {
  name: 'decisions',
  about: 'what people decided in the period: which held closings they took for real, and why',
  columns: ['at', 'actor', 'decision', 'reason', 'stream', 'scope', 'heldIn', 'expected', 'usedIn'],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, RELEASES, [source, from.recordedAt, to.recordedAt]),
};
