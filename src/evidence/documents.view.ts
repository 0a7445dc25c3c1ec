import type { EvidenceDocument } from './document.js';
import { actionsDocument } from './documents/actions.view.js';
import { alertsDocument } from './documents/alerts.view.js';
import { changesDocument } from './documents/changes.view.js';
import { coverageDocument } from './documents/coverage.view.js';
import { decisionsDocument } from './documents/decisions.view.js';
import { findingsDocument } from './documents/findings.view.js';
import { observationsDocument } from './documents/observations.view.js';
import { populationDocument } from './documents/population.view.js';
import { recordsDocument } from './documents/records.view.js';
import { rulesetsDocument } from './documents/rulesets.view.js';
import { snapshotsDocument } from './documents/snapshots.view.js';

/** The tables of a bundle, in its order: what a reader asks first comes first. */
export const DOCUMENTS: readonly EvidenceDocument[] = [
  populationDocument,
  changesDocument,
  findingsDocument,
  alertsDocument,
  decisionsDocument,
  coverageDocument,
  observationsDocument,
  snapshotsDocument,
  actionsDocument,
  rulesetsDocument,
  recordsDocument,
];
