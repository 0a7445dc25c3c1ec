import type { RiskTiers } from '../access/risk.js';
import { type AlertRouting, NO_ROUTING } from '../alerts/alert-routing.js';
import { writeAlerts } from '../alerts/alert.store.js';
import { explainSnapshot } from '../drift/explain.store.js';
import { dueForJudgement } from '../findings/judgement-due.store.js';
import { activeRulesetDigest } from '../findings/ruleset.view.js';
import type { Database } from '../platform/database.js';
import { preferIndexLookups } from '../platform/planner.js';
import type { TagKeys } from '../platform/tag-key.store.js';
import { journalHead } from '../snapshots/journal-head.view.js';
import type { RunFacts } from '../snapshots/manifest.js';
import type { RunFrame } from '../snapshots/list-reading.js';
import { type Publication, publishSnapshot } from '../snapshots/publish.store.js';
import { refuseLostStaging } from '../snapshots/stage.store.js';
import type { Claim } from './claim.js';
import type { SlotStore } from './slot.store.js';

export interface PublishParts {
  readonly db: Database;
  readonly tagKeys: TagKeys;
  readonly slots: SlotStore;
  /** Who is told of what is worth telling; absent: nobody. */
  readonly routing?: AlertRouting;
}

/** What a run knows of its publication. */
export interface RunPublication extends Omit<Publication, 'run' | 'tagKeyNo' | 'facts'> {
  readonly facts: Omit<RunFacts, 'rulesetDigest' | 'journal'>;
  /** It is the last one: the source is no longer configured. */
  readonly retires?: boolean;
}

/**
 * TRANSACTION 1, fenced: snapshot, its changes, what is worth telling, that it has to be judged, the end of its slot.
 * All of it or nothing.
 * @returns the seq of the new snapshot @throws RolewatchError fenced, superseded, database-unreachable
 */
export async function publishRun(
  { db, tagKeys, slots, routing = NO_ROUTING }: PublishParts,
  claim: Claim,
  tiers: RiskTiers,
  publication: RunPublication,
): Promise<number> {
  const { source } = claim;
  const { readings, leftScopes } = publication;
  return db.transaction(async (tx) => {
    await slots.lockForPublish(tx, claim);
    if (readings.length > 0) await refuseLostStaging(tx, claim.runId);
    const { seq } = await publishSnapshot(tx, {
      ...publication,
      facts: {
        ...publication.facts,
        rulesetDigest: await activeRulesetDigest(tx),
        journal: await journalHead(tx),
      },
      run: frameOf(claim),
      tagKeyNo: tagKeys.current.no,
    });
    await preferIndexLookups(tx); // the facts follow what changed
    const explanation = await explainSnapshot(tx, {
      source,
      seq,
      left: new Map(leftScopes.map(({ scope, by }) => [scope, by])),
    });
    await writeAlerts(tx, { source, seq, tiers, explanation, readings, routing });
    await dueForJudgement(tx, source, seq);
    if (publication.retires === true)
      await tx.execute('UPDATE source SET retired_seq = $2 WHERE name = $1', [source, seq]);
    await slots.markPublished(tx, claim, seq);
    return seq;
  });
}

export function frameOf(claim: Claim): RunFrame {
  return { source: claim.source, runId: claim.runId, baseSeq: claim.baseSeq };
}
