import { join } from 'node:path';
import { readMigrations } from '../platform/migration-files.js';
import { projectFile } from '../platform/project-files.js';
import type { Sql } from '../platform/tx.js';

/** What lies between the database's schema and this program's: names of migrations. */
export interface SchemaStanding {
  /** Applied, and unknown here: a newer program has used the database. */
  readonly unknown: readonly string[];
  /** Known here, and not applied: an older backup was restored, say. */
  readonly missing: readonly string[];
  /** Begun by another tool, and not ended. */
  readonly unfinished: readonly string[];
}

let known: Promise<readonly string[]> | undefined;

export async function schemaStanding(sql: Sql): Promise<SchemaStanding> {
  known ??= readMigrations(join(projectFile('prisma'), 'migrations')).then((all) =>
    all.map(({ name }) => name),
  );
  const names = await known;
  const rows = await sql.query<{ name: string; finished: boolean }>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations
      WHERE rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const applied = new Set(rows.map(({ name }) => name));
  return {
    unknown: rows.map(({ name }) => name).filter((name) => !names.includes(name)),
    missing: names.filter((name) => !applied.has(name)),
    unfinished: rows.filter(({ finished }) => !finished).map(({ name }) => name),
  };
}
