import type { Database } from '../platform/database.js';
import { knownSource } from './known-source.view.js';
import { type ReleaseOrder, releaseHeld } from './release.store.js';

/** Which lists may close, as docs/json/accept-shrink.md has it. */
export interface Accepted {
  readonly source: string;
  readonly seq: number;
  readonly released: readonly { readonly stream: string; readonly scope?: string; readonly held: number }[];
}

/**
 * Takes somebody's word that what the latest snapshot holds back is really gone.
 * @throws RolewatchError unknown-source, nothing-held, expectation-failed, refused
 */
export async function acceptShrink(db: Database, order: ReleaseOrder): Promise<Accepted> {
  const { source } = order;
  await knownSource(db, source);
  const { seq, lists } = await db.transaction((tx) => releaseHeld(tx, order));
  const released = lists.map(({ stream, scope, held }) => ({ stream, ...(scope !== '' && { scope }), held }));
  return { source, seq, released };
}
