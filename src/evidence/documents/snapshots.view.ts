import { rowsOf } from '../../platform/rows.view.js';
import type { EvidenceDocument } from '../document.js';
import type { Row } from '../csv.js';

const SNAPSHOTS = `
  select seq, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt",
         encode(digest, 'hex') as digest, encode(previous_digest, 'hex') as "previousDigest", encode(root, 'hex') as root, manifest
    from snapshot where source = $1 and seq between $2 and $3 order by seq`;

export const snapshotsDocument: EvidenceDocument = {
  name: 'snapshots',
  about: 'every state we stood by, with its manifest as it was sealed',
  columns: ['seq', 'recordedAt', 'digest', 'previousDigest', 'root', 'manifest'],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, SNAPSHOTS, [source, from.seq, to.seq]),
};
