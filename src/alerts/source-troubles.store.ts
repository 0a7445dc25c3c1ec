import type { Database } from '../platform/database.js';
import type { AlertRouting } from './alert-routing.js';
import { insertAlerts, lockAlerts } from './alert.store.js';
import { sourceStandings } from './source-standing.view.js';
import { sourceTroubles } from './source-troubles.js';

/**
 * Writes what is worth telling of sources that failed, are paused or silent. Any process may look at any time: what
 * was told is seen under a lock, so that each is told once.
 */
export async function tellTroubles(
  { quick }: Pick<Database, 'quick'>,
  sources: readonly string[],
  routing: AlertRouting,
): Promise<void> {
  const standings = await sourceStandings(quick, sources);
  for (const { source } of standings.filter((standing) => sourceTroubles(standing).length > 0)) {
    await quick.transaction(async (tx) => {
      await lockAlerts(tx, source);
      const [standing] = await sourceStandings(tx, [source]);
      if (standing === undefined) return;
      const alerts = sourceTroubles(standing);
      await insertAlerts(tx, { source, seq: standing.lastSeq, alerts }, routing);
    });
  }
}
