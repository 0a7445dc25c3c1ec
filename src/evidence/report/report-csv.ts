import { CHANGE_COLUMNS, changeRow } from '../change-row.js';
import { CSV_BEGIN, csvLine, csvRow } from '../csv.js';
import type { TierOf } from '../../drift/drift-words.js';
import type { DriftReport } from '../../drift/report.js';

/** One row for each change, for a spreadsheet; no cell of it is computed there. */
export function reportCsv({ changes }: DriftReport, tierOf: TierOf): string {
  const rows = changes.map((change) => csvRow(CHANGE_COLUMNS, changeRow(change, tierOf(change))));
  return [CSV_BEGIN, csvLine(CHANGE_COLUMNS), ...rows].join('');
}
