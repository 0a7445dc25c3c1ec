import { hasCode } from './errors.js';
import { isDatabaseError } from './connect.js';
import { OWN_TIME, type OwnTime } from './own-time.js';
import { driverError } from './reader-error.js';

/**
 * SQLSTATEs of what passes: connection lost (08), resources short (53), shutting down or starting (57P0x), a session
 * ended for idling (25P03), a failover (25006), files of the server (58), lost to another transaction (40).
 */
const PASSING = /^(08...|53...|58...|57P0[1-5]|25P03|25006|40001|40P01)$/;

const NETWORK = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'],
  'EAI_AGAIN',
];

/** What pg says, without a code, of a connection that is gone, hangs, or cannot be had. */
const WORDS = [
  'Connection terminated',
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
];

/** The database is there again, and not as it was. */
export class DatabaseRestarted extends Error {}

const TIMEOUT = 'Query read timeout';

/** The same for whoever gives up earlier than pg. */
export function unanswered(): Error {
  return new Error(TIMEOUT);
}

/** pg's own error for `query_timeout`, which has no code. */
export function isTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === TIMEOUT;
}

/** Whether a statement failed because the database was away or out of breath, and not because of what it asked. */
export function isDatabaseAway(thrown: unknown): boolean {
  const error = driverError(thrown);
  if (typeof error !== 'object' || error === null) return false;
  if (error instanceof DatabaseRestarted) return true;
  if (isDatabaseError(error)) return PASSING.test(error.code);
  if (hasCode(error, ...NETWORK)) return true;
  const message = 'message' in error ? String(error.message) : '';
  return (
    WORDS.some((words) => message.startsWith(words)) || ('cause' in error && isDatabaseAway(error.cause))
  );
}

const PAUSE_MS = 500;

/**
 * Does what has to be recorded, again and again while the database is away, for at most so long. Only for what may be
 * done twice: whether it took effect before the answer was lost, nobody knows.
 */
export async function onceItAnswers<T>(
  work: () => Promise<T>,
  forMs: number,
  time: OwnTime = OWN_TIME,
): Promise<T> {
  const giveUp = time.now() + forMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || time.now() > giveUp) throw error;
      await time.sleep(PAUSE_MS);
    }
  }
}
