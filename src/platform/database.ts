import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { isTimeout } from './database-away.js';
import { sessionAt } from './session.js';
import { within } from './within.js';
import { statement, type Statements, Tx } from './tx.js';

export interface DatabaseOptions {
  /** Connection string of the application role. */
  readonly url: string;
  /** Role to drop to on every connection, where `url` belongs to the owner. */
  readonly dropTo?: string | null;
  readonly maxConnections?: number;
  /** The longest that one statement may take; by default ten minutes. */
  readonly queryTimeoutMs?: number;
  /** Called when an idle connection breaks; without a listener the process would end. */
  readonly onIdleError?: (error: Error) => void;
}

/** No statement of ours may hang for ever: a blackholed connection is noticed by the client, not the server. */
const QUERY_TIMEOUT_MS = 10 * 60_000;
/** What takes milliseconds is not waited for that long: see Database.quick. */
const QUICK_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_WITHIN_MS = 5_000;

/**
 * What the server is told of a client that is gone without a word, or sleeps inside a transaction: such a one holds
 * its locks no longer than this.
 */
const ABSENT_CLIENTS = [
  ...['-c tcp_keepalives_idle=30', '-c tcp_keepalives_interval=10', '-c tcp_keepalives_count=3'],
  '-c idle_in_transaction_session_timeout=5min',
];

/** One pool for SQL and for Prisma's reading side. */
export class Database implements Statements {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /**
   * The same for what the clock and the queues do: statements of milliseconds that wait for no lock for long. One that
   * hangs is given up soon, so that the next look goes by another connection.
   */
  readonly quick: Statements = {
    query: (text, params) => this.query(text, params, QUICK_TIMEOUT_MS),
    transaction: (work) => this.transaction(work, QUICK_TIMEOUT_MS),
  };

  constructor(options: DatabaseOptions) {
    const settings = [...ABSENT_CLIENTS, ...(options.dropTo ? [`-c role=${options.dropTo}`] : [])];
    this.pool = new pg.Pool({
      ...sessionAt(options.url, settings),
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      query_timeout: options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
      application_name: 'rolewatch',
    });
    // end() resolves before the last connections are gone: a server that stops right after breaks what nobody needs
    this.pool.on('error', (error) => {
      if (!this.pool.ending) options.onIdleError?.(error);
    });
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  /** The pool throws away a connection on which a statement failed or hung. */
  async query<R extends object>(
    text: string,
    params: readonly unknown[] = [],
    timeoutMs?: number,
  ): Promise<R[]> {
    const result = await this.pool.query<R>(statement(text, params, timeoutMs));
    return result.rows;
  }

  /**
   * Commits if `work` resolves, rolls back if it throws. A connection that broke or hangs is thrown away, not reused.
   * Whether a commit whose connection broke took effect is unknown: look for what it would have written.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>, timeoutMs?: number): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error): void => void (broken = error);
    // the pool listens to idle connections only: without this the process would end with the connection
    client.on('error', onError);
    try {
      await client.query(statement('BEGIN', [], timeoutMs));
      const result = await work(new Tx(client, timeoutMs));
      await client.query(statement('COMMIT', [], timeoutMs));
      return result;
    } catch (error) {
      if (isTimeout(error)) broken = error;
      // behind a statement that hangs, ROLLBACK would hang as well: the server rolls back when the connection ends
      if (broken === undefined) await client.query(statement('ROLLBACK', [], timeoutMs)).catch(onError);
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  /** Waits a moment for what is under way; a connection that hangs is not waited for. */
  async close(): Promise<void> {
    await within(
      CLOSE_WITHIN_MS,
      this.prisma.$disconnect().then(() => this.pool.end()),
    );
  }
}
