import type { Sql } from '../../platform/tx.js';

/** Which pair of neighbouring snapshots is asked about: `seq` and the one before it. */
export interface At {
  readonly sql: Sql;
  readonly source: string;
  readonly seq: number;
}

/*
 * Conditions on a row of an interval table under an alias. In every statement of this folder $1 is the source and $2
 * the later snapshot's number.
 */
export const before = (row: string): string =>
  `(${row}.from_seq < $2 and (${row}.until_seq is null or ${row}.until_seq >= $2))`;
export const after = (row: string): string =>
  `(${row}.from_seq <= $2 and (${row}.until_seq is null or ${row}.until_seq > $2))`;
export const either = (row: string): string =>
  `(${row}.from_seq <= $2 and (${row}.until_seq is null or ${row}.until_seq >= $2))`;
export const touched = (row: string): string => `(${row}.from_seq = $2 or ${row}.until_seq = $2)`;

/** Lists that had a complete read before: only from these is anything told, so only their rows need to be looked at. */
export const KNOWN = `known as (
  select stream, scope from watch
   where source = $1 and from_seq < $2 and (until_seq is null or until_seq >= $2) and first_complete_seq < $2)`;

/** DNs below a unit, as a range of the index: keys are root first and "-" is the character after ",". */
export const below = (entry: string, unit: string): string =>
  `(${entry}.match_key > ${unit}.match_key || ',' and ${entry}.match_key < ${unit}.match_key || '-')`;
