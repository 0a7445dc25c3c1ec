import type { Role } from '../platform/config/server-config.js';
import type { Sql } from '../platform/tx.js';
import type { ClockSkew } from './clock-skew.js';

/** A process of the service as the others see it. Ages are by the database's clock. */
export interface ReplicaStatus {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly version: string;
  readonly startedAt: Date;
  /** Since it last told of itself. */
  readonly beatSeconds: number;
  /** Since it last looked for work; null: never. */
  readonly lookedSeconds: number | null;
  readonly clock: ClockSkew | null;
}

/** Those that told of themselves within ten minutes and have not ended in order, the oldest first. */
export async function replicasOf(sql: Sql): Promise<ReplicaStatus[]> {
  const rows = await sql.query<
    Omit<ReplicaStatus, 'clock'> & { ahead: number | null; unsure: number | null }
  >(
    `SELECT id, roles, version, started_at AS "startedAt", clock_ahead_ms AS ahead, clock_unsure_ms AS unsure,
            round(extract(epoch FROM clock_timestamp() - beat_at))::int AS "beatSeconds",
            round(extract(epoch FROM clock_timestamp() - looked_at))::int AS "lookedSeconds"
       FROM replica WHERE stopped_at IS NULL AND beat_at > clock_timestamp() - interval '10 minutes'
      ORDER BY started_at, id`,
  );
  return rows.map(({ ahead, unsure, ...replica }) => ({
    ...replica,
    clock: ahead === null || unsure === null ? null : { aheadMs: ahead, unsureMs: unsure },
  }));
}
