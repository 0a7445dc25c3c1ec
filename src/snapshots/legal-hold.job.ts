import { RolewatchError } from '../platform/errors.js';
import type { Database } from '../platform/database.js';
import type { Tx } from '../platform/tx.js';
import { knownSource } from './known-source.view.js';
import { EVERY_SOURCE, type LegalHold } from './legal-holds.view.js';
import { liftSourceHold, placeSourceHold, type SourceHoldOrder } from './source-hold.store.js';

const DEEDS: Record<'placed' | 'lifted', (tx: Tx, order: SourceHoldOrder) => Promise<void>> = {
  placed: placeSourceHold,
  lifted: liftSourceHold,
};

export type HoldDeed = keyof typeof DEEDS;

/**
 * Places or lifts the hold on a source as a whole.
 * @param order `source`: `all`, every one
 * @throws RolewatchError usage, unknown-source, refused, nothing-held
 */
export async function holdSource(
  db: Database,
  done: HoldDeed,
  { source, reason, actor }: SourceHoldOrder,
): Promise<{ source: string; done: HoldDeed }> {
  const why = reason.trim();
  if (why === '') throw new RolewatchError('usage', 'the reason must say why');
  if (source !== EVERYTHING) await knownSource(db, source);
  const order = { source: source === EVERYTHING ? EVERY_SOURCE : source, reason: why, actor };
  await db.transaction((tx) => DEEDS[done](tx, order));
  return { source, done };
}

/** What people call every source at once; no source can be called so. */
export const EVERYTHING = 'all';

export function holdView({
  source,
  identityId,
  releasedAt,
  releasedBy,
  releasedWhy,
  ...hold
}: LegalHold): object {
  return {
    source: shownSource(source),
    ...hold,
    ...(identityId !== null && { identityId }),
    ...(releasedAt !== null && { releasedAt }),
    ...(releasedBy !== null && { releasedBy, releasedWhy }),
  };
}

export const shownSource = (source: string): string => (source === EVERY_SOURCE ? EVERYTHING : source);
