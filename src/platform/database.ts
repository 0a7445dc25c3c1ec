import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { type Sql, Tx } from './tx.js';

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
const CONNECT_TIMEOUT_MS = 10_000;

/** One pool for SQL and for Prisma's reading side. */
export class Database implements Sql {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;

  constructor(options: DatabaseOptions) {
    // UTC: adapter-pg drops the offset of a timestamptz and would read and write wrong instants otherwise
    const settings = ['-c TimeZone=UTC', ...(options.dropTo ? [`-c role=${options.dropTo}`] : [])];
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.maxConnections ?? 10,
      options: settings.join(' '),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
      application_name: 'rolewatch',
    });
    // end() resolves before the last connections are gone: a server that stops right after breaks what nobody needs
    this.pool.on('error', (error) => {
      if (!this.pool.ending) options.onIdleError?.(error);
    });
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  async query<R extends object>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    const result = await this.pool.query<R>(text, [...params]);
    return result.rows;
  }

  /**
   * Commits if `work` resolves, rolls back if it throws. A connection that broke or hangs is thrown away, not reused.
   * Whether a commit whose connection broke took effect is unknown: look for what it would have written.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error): void => void (broken = error);
    // the pool listens to idle connections only: without this the process would end with the connection
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const result = await work(new Tx(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      if (isTimeout(error)) broken = error;
      // behind a statement that hangs, ROLLBACK would hang as well: the server rolls back when the connection ends
      if (broken === undefined) await client.query('ROLLBACK').catch(onError);
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}

/** pg's own error for `query_timeout`, which has no code. */
function isTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}
