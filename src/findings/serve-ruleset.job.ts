import { Injectable } from '@nestjs/common';
import { RolewatchError } from '../platform/errors.js';
import { orRefused } from '../platform/http/file-faults.js';
import { activateOnDisk, type ActivationBy } from './activate-rules.job.js';
import type { Rulebook } from './judge.js';
import type { Activation } from './ruleset.store.js';
import { activeRuleset } from './ruleset.view.js';
import { SiteJudging } from './site-judging.view.js';

/** The ruleset in force, for the API. */
@Injectable()
export class ServeRuleset {
  constructor(private readonly judging: SiteJudging) {}

  /** Told whatever state the files are in. @throws RolewatchError refused: nothing is in force yet */
  async active(): Promise<object> {
    const { db, rulebook } = this.judging.parts;
    const active = await activeRuleset(db);
    if (active === null) throw new RolewatchError('refused', 'no ruleset is active yet');
    const { digest, activatedAt, actor, reason } = active;
    return { digest, activatedAt, actor, reason, ...(await filesAgainst(digest, rulebook)) };
  }

  /** @throws RolewatchError expectation-failed; refused, with every fault of the files */
  async activate(by: ActivationBy): Promise<Activation> {
    const { db, rulebook } = this.judging.parts;
    return orRefused(activateOnDisk(db, rulebook, by));
  }
}

async function filesAgainst(digest: string, rulebook: Rulebook): Promise<object> {
  try {
    const { digest: onDisk } = await rulebook.onDisk();
    return { onDisk, differ: onDisk !== digest };
  } catch (error) {
    if (!(error instanceof RolewatchError)) throw error;
    return { onDisk: null, differ: true, fault: error.message };
  }
}
