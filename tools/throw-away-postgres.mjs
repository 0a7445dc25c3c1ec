import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './embedded-postgres.mjs';

/**
 * A PostgreSQL server with one empty database, for as long as `work` takes.
 * @template T
 * @param {(url: string) => Promise<T> | T} work receives the connection string of the owner
 * @returns {Promise<T>}
 */
export async function withThrowAwayPostgres(work) {
  const folder = mkdtempSync(join(tmpdir(), 'rolewatch-tool-'));
  const server = await startPostgres({ dataDir: join(folder, 'data'), durable: false });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
