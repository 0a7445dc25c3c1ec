import { rowsOf } from '../../platform/rows.view.js';
import type { Row } from '../csv.js';
import type { EvidenceDocument } from '../document.js';

const RULESETS = `
  select r.digest, r.document from ruleset r
   where exists (select from judgement j where j.source = $1 and j.seq <= $2 and j.ruleset_digest = r.digest)
   order by r.digest collate "C"`;

export const rulesetsDocument: EvidenceDocument = {
  name: 'rulesets',
  about:
    'the rules as run: the whole text of every ruleset that judged, whose RFC 8785 bytes have this SHA-256',
  columns: ['digest', 'document'],
  rows: (sql, { source, to }) => rowsOf<Row>(sql, RULESETS, [source, to.seq]),
};
