import { isDatabaseError } from './connect.js';
import { hasCode, messageOf } from './errors.js';
import { driverError } from './reader-error.js';

/** What a person can do where PostgreSQL ends what was under way (SQLSTATE → what is so, and what would be right). */
const SAID: Readonly<Record<string, string>> = {
  '28000': 'it does not let this user in (pg_hba.conf)',
  '28P01': 'it does not take the password of this user',
  '3D000': 'the database is not there',
  '25006':
    'it takes no writes, as a standby does, or where default_transaction_read_only is on: DATABASE_URL must lead to the primary',
  '25P03': 'it ended a session that stood still for too long (idle_in_transaction_session_timeout)',
  '25P04': 'it ended a transaction that took longer than it allows (transaction_timeout)',
  '40001': 'another transaction was faster',
  '40P01': 'two transactions waited for each other, and it ended this one (deadlock)',
  '53100': 'its disk is full: make room on the server',
  '53200': 'it has no memory left',
  '53300':
    'it has no connection left: raise max_connections, or the CONNECTION LIMIT of the role or database, or run fewer processes',
  '55P03': 'a lock was not to be had in time (lock_timeout)',
  '57014': 'a statement took longer than the server allows, or was cancelled (statement_timeout)',
  '57P01': 'it is being stopped, or an administrator ended the session',
  '57P02': 'it crashed, and recovers by itself',
  '57P03': 'it is starting up, recovering or shutting down',
  '57P05': 'it ended an idle session (idle_session_timeout)',
  '58030': 'it cannot read or write its files: see its log',
};

/** What the driver says, without a code or with one of the network. */
const UNHEARD: readonly (readonly [RegExp, string])[] = [
  [/^Query read timeout/, 'it did not answer in time'],
  [/^timeout exceeded when trying to connect|^timeout expired/, 'no connection could be had in time'],
  [/^Connection terminated|^Client (has encountered|was closed)/, 'the connection was cut'],
];

/** A right that is there at the start, and was taken away: what our own triggers refuse has the same code. */
const REFUSED =
  'the rights on its tables were taken from this user: start the program again as the owner of the tables, or ' +
  '"GRANT rolewatch_app TO …"';
const isRefusal = ({ code, message }: { readonly code: string; readonly message: string }): boolean =>
  code === '42501' && message.startsWith('permission denied for ');

const CUT = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * The failure of a statement in words for a person, where the database and not the statement is the reason; else null.
 * Whatever was not committed is gone, whatever was is there: it may be tried again.
 */
export function databaseWords(error: unknown): string | null {
  const why = databaseReason(error);
  return why === undefined ? null : `PostgreSQL ended this: ${why}. Nothing half done is kept; try again`;
}

/** What a log says of a failure: the error, and what it means if the database is the reason. */
export function inLog(error: unknown): { readonly error: unknown; readonly why?: string } {
  const why = databaseWords(error);
  return why === null ? { error } : { error, why };
}

/** Why the database could not do it, if it is the reason; else undefined. */
export function databaseReason(thrown: unknown): string | undefined {
  const error = driverError(thrown);
  if (isDatabaseError(error)) return isRefusal(error) ? REFUSED : SAID[error.code];
  if (hasCode(error, 'ECONNREFUSED')) return 'nobody listens at its address, so it may not be running';
  const cut = hasCode(error, ...CUT) ? 'the connection was cut' : undefined;
  return UNHEARD.find(([words]) => words.test(messageOf(error)))?.[1] ?? cut;
}
