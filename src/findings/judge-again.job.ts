import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { dueAgain } from './judgement-due.store.js';

/** Makes the latest snapshot due, logged as the act of a person: it is judged at the next look. @throws RolewatchError unknown-source, unknown-snapshot */
export async function judgeAgain(db: Database, source: string, actor: string): Promise<void> {
  const { lastSeq } = await knownSource(db, source);
  if (lastSeq === 0) throw new RolewatchError('unknown-snapshot', `${source} has no snapshot yet`);
  await db.transaction(async (tx) => {
    await dueAgain(tx, source, 'manual');
    await appendAction(tx, { actor, action: 'judgement-asked', source, detail: { seq: lastSeq } });
  });
}
