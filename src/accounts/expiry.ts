import { RolewatchError } from '../platform/errors.js';

/** The longest that a token may live. */
export const MOST_DAYS = 366;
const DAY_MS = 24 * 60 * 60_000;
const DAYS = /^(\d{1,4})d$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * When a token ends.
 * @param text `90d`, a date (its beginning in UTC), or a time with its zone
 * @throws RolewatchError usage
 */
export function expiryOf(text: string, now: Date): Date {
  const at = momentIn(text, now);
  if (at <= now) throw new RolewatchError('usage', `--expires ${text} is past`);
  if (at.getTime() - now.getTime() <= MOST_DAYS * DAY_MS) return at;
  throw new RolewatchError(
    'usage',
    `--expires ${text} is too far off: a token lives ${MOST_DAYS} days at most`,
  );
}

function momentIn(text: string, now: Date): Date {
  const days = DAYS.exec(text)?.[1];
  if (days !== undefined) return new Date(now.getTime() + Number(days) * DAY_MS);
  const at = new Date(DATE.test(text) || TIME_WITH_ZONE.test(text) ? text : Number.NaN);
  // a day that is not in the calendar would become the next month's
  const isReal = !Number.isNaN(at.getTime()) && (!DATE.test(text) || at.toISOString().startsWith(text));
  if (isReal) return at;
  throw new RolewatchError(
    'usage',
    `--expires must be a number of days such as 90d, a date such as 2026-12-31, or a time with its zone; got "${text}"`,
  );
}
