import type { Database } from '../platform/database.js';
import type { Tx } from '../platform/tx.js';
import { counterpartKeys } from './counterparts.view.js';
import { type ErasureOrder, eraseSubject, placeHold, releaseHold } from './erase.store.js';
import { knownSource } from './known-source.view.js';
import type { Deed } from './person.js';
import { subjectOf } from './subject.view.js';

/** What somebody orders about a person, whom they name. */
export interface PersonOrder {
  readonly source: string;
  readonly key: string;
  /** Needed where one key is used twice. */
  readonly nameSpace?: string | undefined;
  readonly reason: string;
  readonly actor: string;
}

export interface PersonDeed {
  readonly source: string;
  readonly done: Deed;
  readonly identityId: string;
  /** How many were blanked, when erased. */
  readonly records?: number;
  /** Keys that were linked to the person, and were not touched. */
  readonly also: readonly string[];
}

/**
 * Erases a person who has left, or sees to it that nobody does.
 * @throws RolewatchError unknown-source, unknown-subject, usage, refused, source-busy, nothing-held
 */
export async function doAbout(db: Database, done: Deed, order: PersonOrder): Promise<PersonDeed> {
  const { source, key, nameSpace, reason, actor } = order;
  await knownSource(db, source);
  return db.transaction(async (tx) => {
    const subject = await subjectOf(tx, source, key, nameSpace);
    const also = await counterpartKeys(tx, source, subject.identityId);
    const records = await STEPS[done](tx, { source, subject, reason, actor });
    return { source, done, identityId: subject.identityId, ...(records !== undefined && { records }), also };
  });
}

const STEPS: Record<Deed, (tx: Tx, order: ErasureOrder) => Promise<number | undefined>> = {
  erased: eraseSubject,
  'hold-placed': async (tx, order) => {
    await placeHold(tx, order);
    return undefined;
  },
  'hold-released': async (tx, order) => {
    await releaseHold(tx, order);
    return undefined;
  },
};
