import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Anything that can answer SQL: a transaction, or the pool for a single read. */
export interface Sql {
  /** Runs one statement with parameters; never build `text` from data. */
  query<R extends object>(text: string, params?: readonly unknown[]): Promise<R[]>;
}

/** Anything that also writes: the database as a whole, with its own patience or a shorter one. */
export interface Statements extends Sql {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** One statement as pg takes it. `timeoutMs`: a shorter wait than the pool's own. */
export function statement(text: string, params: readonly unknown[], timeoutMs?: number): pg.QueryConfig {
  return { text, values: [...params], ...(timeoutMs !== undefined && { query_timeout: timeoutMs }) };
}

/** COPY chunks below this many bytes cost a system call each (measured: 8 times slower row by row). */
const CHUNK_BYTES = 64 * 1024;

/** One PostgreSQL client inside a transaction. Every write of the product goes through one of these. */
export class Tx implements Sql {
  constructor(
    private readonly client: pg.PoolClient,
    private readonly timeoutMs?: number,
  ) {}

  async query<R extends object>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    const result = await this.client.query<R>(statement(text, params, this.timeoutMs));
    return result.rows;
  }

  /** The number of rows a statement touched. */
  async execute(text: string, params: readonly unknown[] = []): Promise<number> {
    const result = await this.client.query(statement(text, params, this.timeoutMs));
    return result.rowCount ?? 0;
  }

  /**
   * COPY … FROM STDIN in text format.
   * @param target table and columns as literal SQL, for example `stage_seen (run_id, tag)`
   * @param rows one array per row, in the order of the columns; see copyField for the types
   */
  async copy(target: string, rows: Iterable<readonly CopyValue[]>): Promise<number> {
    const stream = this.client.query(copyFrom(`COPY ${target} FROM STDIN`));
    await pipeline(Readable.from(copyChunks(rows)), stream);
    return stream.rowCount;
  }
}

export type CopyValue = string | number | bigint | boolean | Buffer | null;

function* copyChunks(rows: Iterable<readonly CopyValue[]>): Generator<Buffer> {
  let chunk = '';
  for (const row of rows) {
    chunk += row.map(copyField).join('\t') + '\n';
    if (chunk.length >= CHUNK_BYTES) {
      yield Buffer.from(chunk);
      chunk = '';
    }
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** PostgreSQL's COPY text format (docs: SQL COPY, "Text Format"): \N is null, bytea is \\x hex. */
export function copyField(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  if (typeof value === 'string') return value.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] ?? c);
  return String(value);
}
