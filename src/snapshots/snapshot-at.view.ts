import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { refuseBeforeHorizon } from './horizon.view.js';
import { knownSource } from './known-source.view.js';
import type { Moment } from './moment.js';

/** Which snapshot an answer stands on. */
export interface SnapshotRef {
  readonly seq: number;
  readonly recordedAt: Date;
  /** SHA-256 of the manifest, hex. */
  readonly digest: string;
}

/**
 * The snapshot we stood by at a moment.
 * @throws RolewatchError unknown-source, unknown-snapshot, before-horizon
 */
export async function snapshotAt(sql: Sql, source: string, moment: Moment): Promise<SnapshotRef> {
  const { lastSeq } = await knownSource(sql, source);
  if (lastSeq === 0) {
    throw new RolewatchError('unknown-snapshot', `${source} has no snapshot yet: rolewatch run ${source}`);
  }
  // to the millisecond, so that a time copied from our own output means the snapshot it was printed with
  const [found] = await sql.query<SnapshotRef>(
    `select seq, recorded_at as "recordedAt", encode(digest, 'hex') as digest from snapshot
      where source = $1 and ($2::int is null or seq = $2) and ($3::timestamptz is null or date_trunc('milliseconds', recorded_at) <= $3)
      order by seq desc limit 1`,
    [source, moment.kind === 'seq' ? moment.seq : null, moment.kind === 'time' ? moment.at : null],
  );
  if (found !== undefined) {
    await refuseBeforeHorizon(sql, source, found.seq);
    return found;
  }
  const [first] = await sql.query<{ at: Date }>(
    'select recorded_at as at from snapshot where source = $1 and seq = 1',
    [source],
  );
  throw new RolewatchError(
    'unknown-snapshot',
    moment.kind === 'time'
      ? `${source} had no snapshot yet at ${moment.at.toISOString()}; its first is of ${first?.at.toISOString() ?? 'unknown date'}`
      : `${source} has the snapshots 1 to ${lastSeq}`,
  );
}
