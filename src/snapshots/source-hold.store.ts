import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import { EVERY_SOURCE, openSourceHold } from './legal-holds.view.js';

/** A person's word that nothing of a source may be deleted, or may be again. */
export interface SourceHoldOrder {
  /** `*`: all of them, those to come included. */
  readonly source: string;
  readonly reason: string;
  readonly actor: string;
}

/** From when this returns and is committed, nothing is deleted any more: a deletion under way is waited for. @throws RolewatchError refused */
export async function placeSourceHold(tx: Tx, order: SourceHoldOrder): Promise<void> {
  const held = await openSourceHold(tx, order.source);
  if (held !== undefined)
    throw new RolewatchError(
      'refused',
      `${shown(order)} is on legal hold already, since ${held.since.toISOString()}, by ${held.actor}: ${held.reason}`,
    );
  await tx.execute('insert into legal_hold (source, reason, actor) values ($1, $2, $3)', [
    order.source,
    order.reason,
    order.actor,
  ]);
  await logged(tx, order, 'legal-hold');
}

/** @throws RolewatchError nothing-held */
export async function liftSourceHold(tx: Tx, order: SourceHoldOrder): Promise<void> {
  const lifted = await tx.execute(
    `update legal_hold set released_at = now(), released_by = $2, released_why = $3
      where source = $1 and identity_id is null and released_at is null`,
    [order.source, order.actor, order.reason],
  );
  if (lifted === 0)
    throw new RolewatchError('nothing-held', `${shown(order)} is not on legal hold as a whole`);
  await logged(tx, order, 'legal-hold-released');
}

async function logged(tx: Tx, { source, actor, reason }: SourceHoldOrder, action: string): Promise<void> {
  await appendAction(tx, {
    actor,
    action,
    ...(source !== EVERY_SOURCE && { source }),
    detail: { reason, of: source === EVERY_SOURCE ? 'all' : 'source' },
  });
}

const shown = ({ source }: SourceHoldOrder): string => (source === EVERY_SOURCE ? 'everything' : source);
