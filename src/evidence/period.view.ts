import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { firstKept } from '../snapshots/horizon.view.js';
import { parseMoment } from '../snapshots/moment.js';
import { snapshotAt } from '../snapshots/snapshot-at.view.js';
import type { Period } from './document.js';

/** A period as a person states it; by default everything that is still kept. */
export interface Moments {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** @throws RolewatchError unknown-source, unknown-snapshot, before-horizon, usage */
export async function periodOf(
  sql: Sql,
  source: string,
  { from, to }: Moments,
): Promise<Omit<Period, 'tiers' | 'ownAccount'>> {
  const { kind } = await knownSource(sql, source);
  const period = {
    source,
    kind,
    from: await snapshotAt(sql, source, parseMoment(from ?? String(await firstKept(sql, source)))),
    to: await snapshotAt(sql, source, parseMoment(to)),
  };
  if (period.from.seq <= period.to.seq) return period;
  throw new RolewatchError(
    'usage',
    `snapshot ${period.from.seq} (--from) is later than ${period.to.seq} (--to): swap them`,
  );
}
