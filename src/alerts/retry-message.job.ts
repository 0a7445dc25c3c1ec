import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import { DeliveryStore } from './delivery/delivery.store.js';

export interface RetryOrder {
  readonly id: string;
  /** Only a message about this source. */
  readonly source?: string;
  readonly actor: string;
}

/**
 * Tries a message again that was given up, logged as the act of a person.
 * @returns whom it is for
 * @throws RolewatchError unknown-message; refused, where there is nothing to try again
 */
export async function retryMessage(db: Database, { id, source, actor }: RetryOrder): Promise<string> {
  return db.transaction(async (tx) => {
    await refuseUnlessDead(tx, id, source);
    const revived = await new DeliveryStore(db).revive(tx, id);
    if (revived === null) throw new Error(`message ${id} is locked, and cannot have left its state`);
    await appendAction(tx, {
      actor,
      action: 'alert-retried',
      source: revived.source,
      detail: { message: id },
    });
    return revived.recipient;
  });
}

const GIVEN_UP = 'rolewatch alerts --state dead lists those that were given up';

async function refuseUnlessDead(tx: Tx, id: string, source: string | undefined): Promise<void> {
  const [message] = /^\d{1,18}$/.test(id)
    ? await tx.query<{ state: string; blanked: boolean }>(
        `SELECT state, blanked_at IS NOT NULL AS blanked FROM outbox
          WHERE id = $1 AND ($2::text IS NULL OR source = $2) FOR UPDATE`,
        [id, source ?? null],
      )
    : [];
  if (message === undefined)
    throw new RolewatchError('unknown-message', `there is no message ${id}: ${GIVEN_UP}`);
  if (message.blanked)
    throw new RolewatchError('refused', `message ${id} names somebody who was erased: nothing of it is left`);
  if (message.state !== 'dead')
    throw new RolewatchError(
      'refused',
      `message ${id} is ${message.state}, and was not given up: ${GIVEN_UP}`,
    );
}
