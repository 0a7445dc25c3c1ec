import { rowsOf } from '../../platform/rows.view.js';
import type { EvidenceDocument } from '../document.js';
import type { Row } from '../csv.js';

/** Of every source: the chain of hashes has no gap, and whoever checks it needs each row. */
const ACTIONS = `
  select id::text as id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, action, source, detail,
         encode(previous_hash, 'hex') as "previousHash", encode(hash, 'hex') as hash
    from action_log where at > $1::timestamptz and at <= $2::timestamptz order by action_log.id`;

export const actionsDocument: EvidenceDocument = {
  name: 'actions',
  about:
    'the log of what people did with Rolewatch in the period, each row chained to the one before by its hash',
  columns: ['id', 'at', 'actor', 'action', 'source', 'detail', 'previousHash', 'hash'],
  rows: (sql, { from, to }) => rowsOf<Row>(sql, ACTIONS, [from.recordedAt, to.recordedAt]),
};
