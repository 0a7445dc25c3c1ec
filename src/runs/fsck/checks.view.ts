import { actionLogCheck } from './action-log.view.js';
import { bucketsCheck } from './buckets.view.js';
import type { Rulebook } from '../../findings/judge.js';
import type { SourceCheck, StoreCheck } from './check.js';
import { closingsCheck } from './closings.view.js';
import { findingsCheck } from './findings.view.js';
import { identitiesCheck } from './identities.view.js';
import { intervalsCheck } from './intervals.view.js';
import { journalChainCheck, journalCheck } from './journal.view.js';
import { judgementsCheck } from './judgements.view.js';
import { keysCheck } from './keys.view.js';
import { leavesCheck } from './leaves.view.js';
import { manifestsCheck } from './manifests.view.js';
import { protectionsCheck } from './protections.view.js';
import { referencesCheck } from './references.view.js';
import { actionAnchorsCheck, retentionCheck, storeHorizonsCheck } from './retention.view.js';
import { rightsCheck } from './rights.view.js';
import { rejudgedCheck } from './rejudged.view.js';
import { rootsCheck } from './roots.view.js';
import { rulesetsCheck } from './rulesets.view.js';
import { sequenceCheck } from './sequence.view.js';
import { slotsCheck } from './slots.view.js';
import { waiversCheck } from './waivers.view.js';
import { watchesCheck } from './watches.view.js';

/** Every invariant that the database can answer for a source: from the chain of snapshots down to single fields. */
export const sourceChecks = (rulebook: Rulebook): readonly SourceCheck[] => [
  sequenceCheck,
  manifestsCheck,
  rootsCheck,
  bucketsCheck,
  leavesCheck,
  identitiesCheck,
  intervalsCheck,
  rightsCheck,
  closingsCheck,
  watchesCheck,
  referencesCheck,
  slotsCheck,
  retentionCheck,
  judgementsCheck,
  waiversCheck,
  findingsCheck,
  rejudgedCheck(rulebook),
];

/** Those of the store as a whole. */
export const STORE_CHECKS: readonly StoreCheck[] = [
  actionLogCheck,
  actionAnchorsCheck,
  storeHorizonsCheck,
  journalChainCheck,
  journalCheck,
  rulesetsCheck,
  keysCheck,
  protectionsCheck,
];
