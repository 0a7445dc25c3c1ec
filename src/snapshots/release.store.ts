import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import { oneLine } from '../platform/visible.js';
import type { HeldList } from './held-list.js';
import { heldKeys } from './held-keys.view.js';
import { heldLists } from './held-lists.view.js';
import { chooseHeld, type ReleaseChoice, shownScope } from './release.js';

export interface ReleaseOrder extends ReleaseChoice {
  /** How many the person has looked at: what is held may have changed since. */
  readonly expected: number;
  readonly reason: string;
  readonly actor: string;
}

export interface Released {
  readonly seq: number;
  readonly lists: readonly HeldList[];
}

/** No list of keys in a message is longer. */
const KEYS_LISTED = 50;

/**
 * Writes a person's word that what the latest snapshot holds may close; the next believed read of each list uses it up.
 * @throws RolewatchError nothing-held, expectation-failed, refused
 */
export async function releaseHeld(tx: Tx, order: ReleaseOrder): Promise<Released> {
  const { source } = order;
  const seq = await lockLatest(tx, source);
  const lists = chooseHeld(await heldLists(tx, source, seq), order);
  await refuseOther(tx, order, seq, lists);
  await refuseTwice(tx, source, seq, lists);
  for (const list of lists) {
    await tx.execute(
      `insert into release (source, stream, scope, hold_seq, expected, reason, actor) values ($1, $2, $3, $4, $5, $6, $7)`,
      [source, list.stream, list.scope, seq, list.held, order.reason, order.actor],
    );
  }
  await appendAction(tx, {
    actor: order.actor,
    action: 'accept-shrink',
    source,
    detail: {
      seq,
      reason: order.reason,
      lists: lists.map(({ stream, scope, held }) => ({ stream, scope, held })),
    },
  });
  return { seq, lists };
}

/** The seq of the latest snapshot, which stays the latest until this transaction ends. */
async function lockLatest(tx: Tx, source: string): Promise<number> {
  const [row] = await tx.query<{ seq: number }>(
    'select last_seq as seq from source where name = $1 for update',
    [source],
  );
  return row?.seq ?? 0;
}

async function refuseOther(
  tx: Tx,
  order: ReleaseOrder,
  seq: number,
  lists: readonly HeldList[],
): Promise<void> {
  const held = lists.reduce((sum, list) => sum + list.held, 0);
  if (held === order.expected) return;
  const keys = await heldKeys(tx, order.source, seq, lists, KEYS_LISTED);
  const listed = keys.map(({ key, name }) =>
    oneLine(`  ${key ?? 'erased'}${name === null ? '' : ` (${name})`}`),
  );
  if (held > keys.length) listed.push(`  and ${held - keys.length} more`);
  throw new RolewatchError(
    'expectation-failed',
    `expected ${order.expected}, but ${held} are held in snapshot ${seq} of ${order.source}; nothing was released:\n${listed.join('\n')}`,
  );
}

/** A release of an older snapshot's hold is void once a newer snapshot holds again: it may be followed by a new one. */
async function refuseTwice(tx: Tx, source: string, seq: number, lists: readonly HeldList[]): Promise<void> {
  const [before] = await tx.query<{ stream: string; scope: string; actor: string; minutes: number }>(
    `select stream, scope, actor, floor(extract(epoch from now() - created_at) / 60)::int as minutes
       from release join unnest($3::text[], $4::text[]) as chosen (stream, scope) using (stream, scope)
      where source = $1 and hold_seq = $2 and used_seq is null limit 1`,
    [source, seq, lists.map((list) => list.stream), lists.map((list) => list.scope)],
  );
  if (before === undefined) return;
  throw new RolewatchError(
    'refused',
    `${before.stream} (--scope ${shownScope(before)}) of snapshot ${seq} was released ${before.minutes} minutes ago by ${before.actor}; ` +
      `it applies at the next read: rolewatch run ${source}`,
  );
}
