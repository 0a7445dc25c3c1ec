import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { DeliveryStore } from './delivery/delivery.store.js';

/** Tries a message again that was given up, logged as the act of a person. @throws RolewatchError usage */
export async function retryMessage(db: Database, id: string, actor: string): Promise<string> {
  return db.transaction(async (tx) => {
    const revived = /^\d{1,18}$/.test(id) ? await new DeliveryStore(db).revive(tx, id) : null;
    if (revived === null) {
      throw new RolewatchError(
        'usage',
        `no message ${id} was given up: rolewatch alerts --state dead lists those`,
      );
    }
    const { source, recipient } = revived;
    await appendAction(tx, { actor, action: 'alert-retried', source, detail: { message: id } });
    return recipient;
  });
}
