import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import type { PauseOver } from './catch-up.js';
import { pausedError } from './slot.store.js';

/** Stops the clock of a source and starts it again. */
export class PauseStore {
  constructor(private readonly db: Database) {}

  /** Nothing is sent to a paused source until a person resumes it. The first reason stays. */
  async pause(source: string, why: string, sql: Sql = this.db): Promise<void> {
    await sql.query(
      'UPDATE source SET paused_at = clock_timestamp(), paused_why = $2 WHERE name = $1 AND paused_at IS NULL',
      [source, why],
    );
  }

  /** @throws RolewatchError source-paused: nothing may be sent to it */
  async refusePaused(sql: Sql, source: string): Promise<void> {
    const [paused] = await sql.query<{ at: Date; why: string | null }>(
      'SELECT paused_at AS at, paused_why AS why FROM source WHERE name = $1 AND paused_at IS NOT NULL',
      [source],
    );
    if (paused !== undefined) throw pausedError(source, paused.at, paused.why);
  }

  /**
   * Lets a source be read again, logged as the act of a person.
   * @returns why it was paused, or null if it was not (nothing is logged then)
   * @throws RolewatchError unknown-source
   */
  async resume(source: string, actor: string): Promise<string | null> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<{ paused_at: Date | null; paused_why: string | null }>(
        'SELECT paused_at, paused_why FROM source WHERE name = $1 FOR UPDATE',
        [source],
      );
      if (row === undefined) throw new RolewatchError('unknown-source', `no source is called "${source}"`);
      if (row.paused_at === null) return null;
      const why = row.paused_why ?? 'no reason given';
      await tx.query('UPDATE source SET paused_at = NULL, paused_why = NULL WHERE name = $1', [source]);
      const detail = { pausedAt: row.paused_at.toISOString(), why };
      await appendAction(tx, { actor, action: 'source-resumed', source, detail });
      return why;
    });
  }
}

/** Pauses of a source that a person has ended since a moment. */
export async function pausesOver(sql: Sql, source: string, since: Date): Promise<PauseOver[]> {
  return sql.query<PauseOver>(
    `SELECT (detail ->> 'pausedAt')::timestamptz AS at, at AS until, detail ->> 'why' AS why FROM action_log
      WHERE source = $1 AND action = 'source-resumed' AND at > $2 ORDER BY id`,
    [source, since],
  );
}
