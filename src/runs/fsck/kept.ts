/*
 * Conditions on what retention still keeps, in statements whose $1 is the source. Before the horizon of its kind a row
 * may be there or not: nothing depends on it.
 */

/** A snapshot that can still be asked about. */
export const KEPT = (seq: string): string => `${seq} >= coalesce(horizon_of($1, 'versions'), 1)`;

/** A version that such a snapshot shows. */
export const SHOWN = (row: string): string => `(${row}.until_seq is null or ${row}.until_seq > ${FIRST})`;

/** The first snapshot that can still be asked about. */
export const FIRST = `coalesce(horizon_of($1, 'versions'), 1)`;

/** A snapshot whose observations, or whose messages, are all there. */
export const WHOLE = (seq: string, kind: 'observations' | 'messages'): string =>
  `${seq} >= coalesce(horizon_of($1, '${kind}'), 1)`;

/** A snapshot whose slot is there: that of the horizon is not. */
export const SLOT_KEPT = (seq: string): string => `${seq} > coalesce(horizon_of($1, 'log'), 0)`;
