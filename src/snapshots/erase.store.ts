import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import { EVERY_SOURCE, openSourceHold } from './legal-holds.view.js';
import type { Subject } from './subject.view.js';

/** What a person orders about somebody. The log keeps the identity's number, never the name. */
export interface ErasureOrder {
  readonly source: string;
  readonly subject: Subject;
  readonly reason: string;
  readonly actor: string;
}

/**
 * Blanks keys, tags, salt and personal fields of one identity; every root still verifies.
 * @returns how many records were blanked
 * @throws RolewatchError refused, source-busy
 */
export async function eraseSubject(tx: Tx, order: ErasureOrder): Promise<number> {
  const { source, subject } = order;
  await refuseWhileRead(tx, source);
  if (subject.upstream) {
    throw new RolewatchError(
      'refused',
      `${source} still shows ${subject.shownKey}: the next read would bring everything back; remove it there first`,
    );
  }
  const held = await openHold(tx, order);
  if (held !== undefined) {
    throw new RolewatchError(
      'refused',
      `${subject.shownKey} is on legal hold since ${held.since}: ${held.reason}`,
    );
  }
  await refuseWhileSourceIsHeld(tx, source);
  const [blanked] = await tx.query<{ records: number }>('select erase_identity($1, $2) as records', [
    source,
    subject.identityId,
  ]);
  const records = blanked?.records ?? 0;
  await logged(tx, order, 'erase', { records });
  return records;
}

/** @throws RolewatchError refused where a hold is open already */
export async function placeHold(tx: Tx, order: ErasureOrder): Promise<void> {
  const { source, subject, reason, actor } = order;
  const held = await openHold(tx, order);
  if (held !== undefined) {
    throw new RolewatchError(
      'refused',
      `${subject.shownKey} is on legal hold already, since ${held.since}: ${held.reason}`,
    );
  }
  await lockUnerased(tx, order);
  await tx.execute('insert into legal_hold (source, identity_id, reason, actor) values ($1, $2, $3, $4)', [
    source,
    subject.identityId,
    reason,
    actor,
  ]);
  await logged(tx, order, 'legal-hold');
}

/** @throws RolewatchError nothing-held */
export async function releaseHold(tx: Tx, order: ErasureOrder): Promise<void> {
  const released = await tx.execute(
    `update legal_hold set released_at = now(), released_by = $3, released_why = $4
      where source = $1 and identity_id = $2 and released_at is null`,
    [order.source, order.subject.identityId, order.actor, order.reason],
  );
  if (released === 0)
    throw new RolewatchError('nothing-held', `${order.subject.shownKey} is not on legal hold`);
  await logged(tx, order, 'legal-hold-released');
}

async function logged(
  tx: Tx,
  order: ErasureOrder,
  action: string,
  more: { records?: number } = {},
): Promise<void> {
  const { source, actor, reason, subject } = order;
  await appendAction(tx, {
    actor,
    action,
    source,
    detail: { identityId: subject.identityId, reason, ...more },
  });
}

async function refuseWhileSourceIsHeld(tx: Tx, source: string): Promise<void> {
  const held = (await openSourceHold(tx, source)) ?? (await openSourceHold(tx, EVERY_SOURCE));
  if (held === undefined) return;
  const what = held.source === EVERY_SOURCE ? 'everything' : source;
  throw new RolewatchError(
    'refused',
    `${what} is on legal hold since ${held.since.toISOString()}: ${held.reason}`,
  );
}

/** A read that found the person before would store it again under an identity that has no key any more. */
async function refuseWhileRead(tx: Tx, source: string): Promise<void> {
  await tx.query('select from source where name = $1 for update', [source]);
  const [reading] = await tx.query<{ until: string }>(
    `select to_char(lease_until at time zone 'UTC', 'HH24:MI:SS "UTC"') as until from slot
      where source = $1 and state = 'leased' and lease_until > now()`,
    [source],
  );
  if (reading !== undefined) {
    throw new RolewatchError(
      'source-busy',
      `${source} is being read just now (until ${reading.until} at least): try again`,
    );
  }
}

/** An erasure locks the same row: whoever comes second sees what the first did. */
async function lockUnerased(tx: Tx, { source, subject }: ErasureOrder): Promise<void> {
  const there = await tx.query(
    'select from identity where source = $1 and identity_id = $2 and erased_at is null for update',
    [source, subject.identityId],
  );
  if (there.length === 0)
    throw new RolewatchError('unknown-subject', `${subject.shownKey} was erased meanwhile`);
}

/** Read for the message; the database's own function and index are what refuses. */
async function openHold(
  tx: Tx,
  order: ErasureOrder,
): Promise<{ readonly since: string; readonly reason: string } | undefined> {
  const [hold] = await tx.query<{ since: string; reason: string }>(
    `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as since, reason from legal_hold
      where source = $1 and identity_id = $2 and released_at is null`,
    [order.source, order.subject.identityId],
  );
  return hold;
}
