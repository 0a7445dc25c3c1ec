import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import { type Judge, rulesetDigest } from './judge.js';
import { activeRulesetDigest } from './ruleset.view.js';

export interface ActivationOrder {
  readonly actor: string;
  readonly reason: string;
  /** Only where nothing was ever activated. */
  readonly firstOnly?: boolean;
}

export interface Activation {
  readonly digest: string;
  /** What was in force before; null: nothing. */
  readonly before: string | null;
  /** False: it was in force already, or something else is and only a first one was asked for. */
  readonly activated: boolean;
}

/** Any number that nobody else locks: activations follow one another. */
const ACTIVATION_LOCK = 7_270_736_903;

/**
 * Puts a ruleset in force as a whole. Every source is judged anew by it at the next look.
 * @throws RolewatchError integrity, where the judge's digest is not that of its document
 */
export async function activate(
  tx: Tx,
  judge: Judge,
  { actor, reason, firstOnly = false }: ActivationOrder,
): Promise<Activation> {
  const { digest, document } = judge;
  if (rulesetDigest(document) !== digest)
    throw new RolewatchError('integrity', `the ruleset ${digest} is not that of its document`);
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ACTIVATION_LOCK]);
  const before = await activeRulesetDigest(tx);
  if (before === digest || (firstOnly && before !== null)) return { digest, before, activated: false };
  await tx.execute('INSERT INTO ruleset (digest, document) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    digest,
    JSON.stringify(document),
  ]);
  await tx.execute(
    `INSERT INTO ruleset_activation (id, digest, actor, reason)
     SELECT coalesce(max(id), 0) + 1, $1, $2, $3 FROM ruleset_activation`,
    [digest, actor, reason],
  );
  await appendAction(tx, { actor, action: 'ruleset-activated', detail: { digest, before, reason } });
  return { digest, before, activated: true };
}
