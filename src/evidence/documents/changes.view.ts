import { driftBetween } from '../../drift/drift.view.js';
import { riskOfChange } from '../../drift/drift-risk.js';
import { CHANGE_COLUMNS, changeRow } from '../change-row.js';
import { afterSeq, type EvidenceDocument } from '../document.js';

export const changesDocument: EvidenceDocument = {
  name: 'changes',
  about: 'every change told between neighbouring snapshots of the period, with its cause and its window',
  columns: ['seq', ...CHANGE_COLUMNS],
  async *rows(sql, { source, from, to, tiers }) {
    const told = await sql.query<{ seq: number }>(
      'select distinct seq from change where source = $1 and seq > $2 and seq <= $3 order by seq',
      [source, afterSeq({ from }), to.seq],
    );
    for (const { seq } of told) {
      const { changes } = await driftBetween(sql, source, String(seq - 1), String(seq));
      for (const change of changes) yield { seq, ...changeRow(change, riskOfChange(change, tiers)) };
    }
  },
};
