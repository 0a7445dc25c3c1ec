import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import type { RetentionKind } from './retention-kinds.js';

/** The oldest snapshot of which something is still kept, and why nothing older is. */
export interface Horizon {
  readonly kind: RetentionKind;
  readonly seq: number;
  /** When that snapshot was recorded. */
  readonly before: Date;
  /** How long it is kept. */
  readonly days: number;
  readonly movedAt: Date;
}

/** How far back each kind reaches; a kind that is kept from the beginning is not among them. */
export async function horizonsOf(sql: Sql, source: string): Promise<Horizon[]> {
  return sql.query<Horizon>(
    `select distinct on (kind) kind, seq, before, days, moved_at as "movedAt" from retention_horizon
      where source = $1 order by kind, seq desc`,
    [source],
  );
}

export async function horizonOf(sql: Sql, source: string, kind: RetentionKind): Promise<Horizon | undefined> {
  return (await horizonsOf(sql, source)).find((horizon) => horizon.kind === kind);
}

/** Number of the oldest snapshot that can still be asked about. */
export async function firstKept(sql: Sql, source: string): Promise<number> {
  return (await horizonOf(sql, source, 'versions'))?.seq ?? 1;
}

/** @throws RolewatchError before-horizon */
export async function refuseBeforeHorizon(sql: Sql, source: string, seq: number): Promise<void> {
  const horizon = await horizonOf(sql, source, 'versions');
  if (horizon !== undefined && seq < horizon.seq)
    throw beforeHorizon(source, `snapshot ${String(seq)}`, horizon);
}

/** @throws RolewatchError before-horizon */
export async function refuseTimeBeforeHorizon(sql: Sql, source: string, at: Date): Promise<void> {
  const horizon = await horizonOf(sql, source, 'versions');
  // to the millisecond, as a snapshot's time is printed
  if (horizon !== undefined && at < horizon.before) throw beforeHorizon(source, at.toISOString(), horizon);
}

function beforeHorizon(source: string, asked: string, horizon: Horizon): RolewatchError {
  const { seq, before, days, movedAt } = horizon;
  return new RolewatchError(
    'before-horizon',
    `${asked} of ${source} is no longer kept: since ${movedAt.toISOString()} its states reach back to snapshot ${String(seq)} ` +
      `(${before.toISOString()}), as retention.versions is ${String(days)} days. The digest and root of every snapshot are still there: rolewatch snapshots ${source}`,
  );
}
