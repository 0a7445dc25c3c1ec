import type { Database } from '../platform/database.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { acknowledgeAlert, type AlertAcknowledgement } from './acknowledge-alert.store.js';

export interface AcknowledgedAlerts {
  readonly source: string;
  readonly alerts: readonly string[];
}

/** Of several, all or none. @throws RolewatchError usage, unknown-source, unknown-alert, refused */
export async function acknowledgeAlerts(
  db: Database,
  { alerts, ...order }: Omit<AlertAcknowledgement, 'alert'> & { readonly alerts: readonly string[] },
): Promise<AcknowledgedAlerts> {
  await knownSource(db, order.source);
  await db.transaction(async (tx) => {
    for (const alert of alerts) await acknowledgeAlert(tx, { ...order, alert });
  });
  return { source: order.source, alerts };
}
