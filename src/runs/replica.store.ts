import type { Role } from '../platform/config/server-config.js';
import type { Database } from '../platform/database.js';
import { thisProcessOnly } from '../platform/this-process.js';
import type { Statements } from '../platform/tx.js';
import type { ClockSkew } from './clock-skew.js';

/** What a process tells of itself at every beat. */
export interface Beat {
  readonly roles: readonly Role[];
  /** Names of the sources that are configured here. */
  readonly sources: readonly string[];
  readonly version: string;
  /** Since it last looked for work; null: not yet, or it looks for none. */
  readonly lookedMsAgo: number | null;
  readonly skew: ClockSkew | null;
}

/** Writes down that this process is there, on the database's clock. */
export class ReplicaStore {
  private readonly db: Statements;

  constructor(
    db: Pick<Database, 'quick'>,
    private readonly id = thisProcessOnly(),
  ) {
    this.db = db.quick;
  }

  async now(): Promise<Date> {
    const [row] = await this.db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    if (row === undefined) throw new Error('SELECT without FROM gives one row');
    return row.now;
  }

  async beat({ roles, sources, version, lookedMsAgo, skew }: Beat): Promise<void> {
    await this.db.query(
      `INSERT INTO replica AS r (id, roles, sources, version, beat_at, looked_at, clock_ahead_ms, clock_unsure_ms)
       VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() - $5::float8 * interval '1 millisecond', $6, $7)
       ON CONFLICT (id) DO UPDATE SET sources = excluded.sources, beat_at = excluded.beat_at,
         looked_at = coalesce(excluded.looked_at, r.looked_at),
         clock_ahead_ms = excluded.clock_ahead_ms, clock_unsure_ms = excluded.clock_unsure_ms`,
      [
        ...[this.id, roles, sources, version, lookedMsAgo],
        ...[skew === null ? null : inRange(skew.aheadMs), skew === null ? null : inRange(skew.unsureMs)],
      ],
    );
  }

  async leave(): Promise<void> {
    await this.db.query('UPDATE replica SET stopped_at = clock_timestamp() WHERE id = $1', [this.id]);
  }

  /** Who was there long ago is of no interest. What it was configured for counts as never told: retiring then waits. */
  async forgetOld(): Promise<void> {
    await this.db.query(`DELETE FROM replica WHERE beat_at < clock_timestamp() - interval '30 days'`);
  }
}

/** A clock may stand at 1970; the column holds 24 days. */
function inRange(ms: number): number {
  return Math.max(-(2 ** 31 - 1), Math.min(2 ** 31 - 1, ms));
}
