import pg from 'pg';
import { hasCode, messageOf, RolewatchError } from './errors.js';
import { HOW_IT_IS, sessionAt } from './session.js';
import { statement } from './tx.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** What the driver says when that has passed, without a code: nobody took the connection, or whoever did says nothing. */
const UNANSWERED = /^timeout expired|^Query read timeout/;

/** What a person can do about the answers of PostgreSQL that refuse a connection (SQLSTATE → advice). */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong',
  '28000': 'this user may not connect (pg_hba.conf)',
  '3D000': 'the database does not exist',
  '53300': 'the server has no connection left',
  '57014': 'a statement took longer than the server allows (statement_timeout)',
  '57P01': 'the server is being stopped, or an administrator ended the session',
  '57P03': 'the server is starting up or shutting down',
};

const DIRECTLY =
  'the address must lead to the server itself, and not through a pooler that refuses or drops "options"';

const UNGUARDED =
  'no trigger fires in its sessions (session_replication_role = replica), and what they keep would be lost: ' +
  '"ALTER ROLE … RESET session_replication_role", or the same of the database';

/** And about what keeps the network from it. */
const UNREACHED: readonly (readonly [code: string, advice: string])[] = [
  ['ECONNREFUSED', 'nobody listens there: is it running, is the port right?'],
  ['ENOTFOUND', 'its name is not known to the DNS'],
  ['EAI_AGAIN', 'the DNS does not answer'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
  ['ETIMEDOUT', 'it does not answer'],
  ['ECONNRESET', 'it cut the connection: is this the port of a PostgreSQL?'],
];

/** `host:port/database` of a connection string, for messages: never the user's password. */
export function describeAddress(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    return `${searchParams.get('host') ?? hostname}:${port === '' ? '5432' : port}${pathname}`;
  } catch {
    return 'the configured address (it is not a valid postgresql:// URL)';
  }
}

/** An answer of the server, as opposed to a failure to reach it. `code` is the SQLSTATE. */
export function isDatabaseError(error: unknown): error is pg.DatabaseError & { code: string } {
  return typeof error === 'object' && error !== null && 'severity' in error && 'code' in error;
}

/** The error a person sees when a connection cannot be made. */
export function unreachable(url: string, cause: unknown): RolewatchError {
  const why = isDatabaseError(cause) ? refusal(cause) : networkReason(cause);
  return new RolewatchError(
    'database-unreachable',
    `PostgreSQL at ${describeAddress(url)} cannot be used: ${why}`,
    { cause },
  );
}

/** A pooler refuses the settings of a session in words of its own, and with the code of any wrong packet. */
function refusal({ code, message }: pg.DatabaseError & { code: string }): string {
  if (/startup parameter/i.test(message)) return `${message}: ${DIRECTLY}`;
  return REFUSALS[code] ?? message;
}

/** Node reports a name with several addresses as one AggregateError without a message. */
function networkReason(error: unknown): string {
  const several = typeof error === 'object' && error !== null && 'errors' in error && error.errors;
  if (Array.isArray(several) && several.length > 0) return networkReason(several[0]);
  if (UNANSWERED.test(messageOf(error)))
    return `it did not answer within ${CONNECT_TIMEOUT_MS / 1_000} s: can it be reached, and is this the port of a PostgreSQL?`;
  const advice = UNREACHED.find(([code]) => hasCode(error, code))?.[1];
  return advice === undefined ? messageOf(error) : `${advice} (${messageOf(error)})`;
}

/**
 * One connection of its own, outside any pool: for session locks and administration. Sessions are in UTC.
 * @throws RolewatchError `database-unreachable`
 */
export async function connectAlone(url: string): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      ...sessionAt(url),
      application_name: 'rolewatch',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    // a connection that breaks between two statements is reported by the next statement
    client.on('error', () => undefined);
    await client.connect();
    await refuseUnfitSession(client);
    return client;
  } catch (error) {
    throw unreachable(url, error);
  }
}

/**
 * A pooler in between may drop what a session is told as it begins: moments would then be kept wrong, and the locks of
 * a session would be those of whoever gets the connection next. And where no trigger fires, what is written is under no
 * journal, and the store never sound again.
 */
async function refuseUnfitSession(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ told: boolean; guarded: boolean }>(
    statement(HOW_IT_IS, [], CONNECT_TIMEOUT_MS),
  );
  const why = !rows[0]?.told
    ? `it does not hear the settings of our sessions: ${DIRECTLY}`
    : !rows[0].guarded
      ? UNGUARDED
      : undefined;
  if (why === undefined) return;
  await client.end();
  throw new Error(why);
}
