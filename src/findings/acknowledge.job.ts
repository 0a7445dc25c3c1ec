import type { Database } from '../platform/database.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { acknowledge, type Acknowledgement } from './acknowledge.store.js';

export interface Acknowledged {
  readonly source: string;
  readonly finding: number;
  readonly state: 'acknowledged';
}

/** Marks an open finding as seen. @throws RolewatchError unknown-source, unknown-finding, refused */
export async function acknowledgeFinding(db: Database, order: Acknowledgement): Promise<Acknowledged> {
  const { source, finding } = order;
  await knownSource(db, source);
  await db.transaction((tx) => acknowledge(tx, order));
  return { source, finding, state: 'acknowledged' };
}
