/**
 * The same truth, written otherwise: rows and sets in another order, DNs re-cased and re-escaped, types in lower case,
 * fields in another order, unknown fields added. A reader that reports a change after this is wrong.
 */
import { mapRows, shuffled } from './listing.js';
import type { Listing, Row } from './listing.js';

/** Equal seeds give equal answers; pages of one read fit together. */
export function respelled(listing: Listing, seed: number): Listing {
  return mapRows(shuffled(listing, seed), (row) => respelledRow(row, seed));
}

function respelledRow(row: Row, seed: number): Row {
  const fields: [string, unknown][] = Object.entries(row).map(([field, value]) => {
    if (field === 'dn' && typeof value === 'string') return [field, respelledDn(value, seed)];
    if (field === 'type' && typeof value === 'string') return [field, value.toLowerCase()];
    if (field === 'deviceCount' && typeof value === 'number') return [field, value + (seed % 17)];
    return [field, reordered(value, seed)];
  });
  fields.push(['simulatedExtra', { seed, note: 'a field nobody asked for' }]);
  return Object.fromEntries(turned(fields, seed));
}

/** Arrays in these answers are sets. */
function reordered(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return turned(value, seed).map((member) => reordered(member, seed));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    turned(Object.entries(value), seed).map(([key, member]) => [key, reordered(member, seed)]),
  );
}

function turned<T>(values: readonly T[], seed: number): T[] {
  const at = values.length === 0 ? 0 : Math.abs(seed) % values.length;
  const turnedAt = [...values.slice(at), ...values.slice(0, at)];
  return seed % 2 === 0 ? turnedAt : turnedAt.reverse();
}

/** Another spelling of the same DN (RFC 4514: case, space beside separators, `\,` as `\2C`, any octet as hex). */
export function respelledDn(dn: string, seed: number): string {
  const parts = dn.split(/(?<!\\),/).map((part) => {
    const [, type = '', value = ''] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
    const name = seed % 2 === 0 ? type.toLowerCase() : type.toUpperCase();
    const space = seed % 3 === 0 ? ' ' : '';
    return `${name}${space}=${space}${respelledValue(value, seed)}`;
  });
  return parts.join(seed % 5 === 0 ? ',' : ' , ');
}

function respelledValue(value: string, seed: number): string {
  const recased = seed % 2 === 0 ? value.replace(/[a-z]/g, upper) : value.replace(/[A-Z]/g, lower);
  const escaped = recased.replaceAll('\\,', '\\2C');
  return seed % 3 === 1 && /^[a-z]/i.test(escaped) ? `\\${hex(escaped)}${escaped.slice(1)}` : escaped;
}

/** Only ASCII: beyond it, upper case is not always one letter and not always reversible. */
const upper = (letter: string): string => letter.toUpperCase();
const lower = (letter: string): string => letter.toLowerCase();

function hex(text: string): string {
  return text.charCodeAt(0).toString(16).padStart(2, '0');
}
