import { alertsOf } from '../../alerts/alerts.view.js';
import { asJson } from '../as-json.js';
import { afterSeq, type EvidenceDocument } from '../document.js';

export const alertsDocument: EvidenceDocument = {
  name: 'alerts',
  about: 'what was worth telling in the period',
  columns: ['seq', 'no', 'kind', 'severity', 'content'],
  async *rows(sql, { source, from, to }) {
    const told = await sql.query<{ seq: number }>(
      'select distinct seq from alert where source = $1 and seq > $2 and seq <= $3 order by seq',
      [source, afterSeq({ from }), to.seq],
    );
    for (const { seq } of told)
      for (const [index, { kind, severity, ...content }] of (await alertsOf(sql, source, seq)).entries())
        yield { seq, no: index + 1, kind, severity, content: asJson(content) };
  },
};
