import type { Sql } from '../platform/tx.js';
import type { Told } from './message/message.js';

/** What a message says of the snapshot that it is about; null before the first. */
export async function snapshotFacts(sql: Sql, source: string, seq: number): Promise<Told['snapshot']> {
  const [snapshot] = await sql.query<{ recordedAt: Date; digest: string }>(
    `SELECT recorded_at AS "recordedAt", encode(digest, 'hex') AS digest FROM snapshot WHERE source = $1 AND seq = $2`,
    [source, seq],
  );
  return snapshot === undefined ? null : { seq, ...snapshot };
}
