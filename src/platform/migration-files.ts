import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One folder of prisma/migrations. */
export interface Migration {
  /** The folder's name, for example `20261122000000_init`: it sorts by time. */
  readonly name: string;
  readonly file: string;
  readonly sql: string;
}

/** All migrations this program knows, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = join(folder, name, 'migration.sql');
      return { name, file, sql: await readFile(file, 'utf8') };
    }),
  );
}

/** What Prisma stores: the SHA-256 of the file, in hex. */
export function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}

/** Line endings do not count, as with Prisma: a checkout may have turned them. */
export function matchesChecksum(sql: string, expected: string): boolean {
  const unix = sql.replaceAll('\r\n', '\n');
  return [sql, unix, unix.replaceAll('\n', '\r\n')].some((text) => checksum(text) === expected);
}
