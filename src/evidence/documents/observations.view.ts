import { rowsOf } from '../../platform/rows.view.js';
import type { EvidenceDocument } from '../document.js';
import type { Row } from '../csv.js';

const time = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const OBSERVATIONS = `
  select seq, stream, nullif(scope, '') as scope, verdict, rows, total, pages, encode(pages_digest, 'hex') as "pagesDigest",
         ${time('read_from')} as "readFrom", ${time('read_to')} as "readTo", ${time('observed_at')} as "observedAt",
         stated_by as "statedBy", reads, unconfirmed, held, why
    from observation where source = $1 and seq between $2 and $3 order by seq, stream collate "C", scope collate "C"`;

export const observationsDocument: EvidenceDocument = {
  name: 'observations',
  about: 'how each list was read for each snapshot: the plan, the verdict and its proof',
  columns: [
    ...['seq', 'stream', 'scope', 'verdict', 'rows', 'total', 'pages', 'pagesDigest', 'readFrom', 'readTo'],
    ...['observedAt', 'statedBy', 'reads', 'unconfirmed', 'held', 'why'],
  ],
  rows: (sql, { source, from, to }) => rowsOf<Row>(sql, OBSERVATIONS, [source, from.seq, to.seq]),
};
