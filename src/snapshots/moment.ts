import { RolewatchError } from '../platform/errors.js';

/** A moment as a person states it: the number of a snapshot, or a time, which means the state we stood by then. */
export type Moment =
  | { readonly kind: 'latest' }
  | { readonly kind: 'seq'; readonly seq: number }
  | { readonly kind: 'time'; readonly at: Date };

const SEQ = /^\d{1,9}$/;
/** A time without a zone would mean something else on every machine. */
const TIME_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * @param text a seq (`7`), an ISO 8601 time with its zone, or `latest`; undefined means latest
 * @throws RolewatchError usage
 */
export function parseMoment(text: string | undefined): Moment {
  if (text === undefined || text === 'latest') return { kind: 'latest' };
  if (SEQ.test(text)) return { kind: 'seq', seq: Number(text) };
  const at = new Date(TIME_WITH_ZONE.test(text) ? text : Number.NaN);
  if (Number.isNaN(at.getTime())) {
    throw new RolewatchError(
      'usage',
      `"${text}" is no moment: give the number of a snapshot (7), latest, or a time with its zone (2026-03-01T12:00:00Z)`,
    );
  }
  return { kind: 'time', at };
}
