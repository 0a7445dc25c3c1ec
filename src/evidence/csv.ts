import { stringify } from 'csv-stringify/sync';
import { canonicalBytes } from '../platform/canonical.js';
import type { Json } from '../sources/source.js';

/** One row of a table: JSON, so that it can be hashed; absent and null are an empty cell. */
export type Row = Readonly<Record<string, Json | undefined>>;

/** Spreadsheets take a file without it for another encoding. */
export const CSV_BEGIN = '\uFEFF';

/** To many readers each of these alone ends a row: unquoted, what follows would begin a row, and perhaps be a formula. */
const LINE_END = /[\r\n]/;

/** The names of the columns, then rows, each ending with CRLF (RFC 4180). */
export function csvLine(cells: readonly (Json | undefined)[]): string {
  return stringify([cells.map(cell)], { record_delimiter: 'windows', quoted_match: LINE_END });
}

export function csvRow(columns: readonly string[], row: Row): string {
  return csvLine(columns.map((column) => row[column]));
}

function cell(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return harmless(typeof value === 'string' ? value : canonicalBytes(value).toString('utf8'));
}

/**
 * What a spreadsheet would compute becomes text: a name must not act on the machine of who reads it. Signs of formulas
 * also count behind white space and invisible characters, and in their full-width forms.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}"']*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;

export function harmless(text: string): string {
  const shown = text.replaceAll('\0', '\uFFFD');
  return FORMULA.test(text) || /^[\t\r\n]/.test(shown) ? `'${shown}` : shown;
}
