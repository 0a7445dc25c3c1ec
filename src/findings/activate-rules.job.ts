import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import type { Rulebook } from './judge.js';
import { activate, type Activation } from './ruleset.store.js';
import { activeRulesetDigest } from './ruleset.view.js';

export interface ActivationBy {
  readonly actor: string;
  readonly reason: string;
  /** The ruleset that was looked at: nothing else is put in force. */
  readonly expected?: string;
}

/** Puts what the files say in force. @throws RolewatchError config-invalid, expectation-failed */
export async function activateOnDisk(
  db: Database,
  rulebook: Rulebook,
  { expected, ...by }: ActivationBy,
): Promise<Activation> {
  const judge = await rulebook.onDisk();
  if (expected !== undefined && expected !== judge.digest)
    throw new RolewatchError(
      'expectation-failed',
      `the files say ${judge.digest} by now, not ${expected}: look at them again`,
    );
  return db.transaction((tx) => activate(tx, judge, by));
}

/** At the first start what the files say is put in force; later only a person does that. */
export async function activateAtFirstStart(db: Database, rulebook: Rulebook): Promise<void> {
  if ((await activeRulesetDigest(db)) !== null) return;
  const judge = await rulebook.onDisk();
  const by = { actor: 'rolewatch', reason: 'first start', firstOnly: true };
  await db.transaction((tx) => activate(tx, judge, by));
}

/** What to tell where the files say something else than what is in force; null: they say the same. */
export async function rulesOnDiskDiffer(db: Database, rulebook: Rulebook): Promise<string | null> {
  const { digest } = await rulebook.onDisk();
  const active = await activeRulesetDigest(db);
  return active === null || active === digest
    ? null
    : `rules on disk (${digest.slice(0, 12)}) differ from the active ruleset (${active.slice(0, 12)}): rolewatch rules activate --reason REASON`;
}
