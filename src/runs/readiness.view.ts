import type { Sql } from '../platform/tx.js';

/** Whether every migration that was begun is finished: a database that answers, and can be worked with. */
export async function migrationsAreFinished(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ finished: boolean }>(
    `SELECT count(*) > 0 AND bool_and(finished_at IS NOT NULL OR rolled_back_at IS NOT NULL) AS finished
       FROM _prisma_migrations`,
  );
  return row?.finished ?? false;
}
