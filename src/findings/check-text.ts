import { SEVERITIES } from './finding.js';
import type { FindingView } from './findings.view.js';
import { bySeverity } from './findings-words.js';

/** What `check` says of one source. */
export interface CheckedSource {
  readonly source: string;
  /** Why the latest snapshot is not judged; what is shown is then older. */
  readonly notJudged?: string;
  /** What the answer stands on; absent where nothing was ever judged. */
  readonly judgement?: {
    readonly id: number;
    readonly seq: number;
    readonly snapshotDigest: string;
    readonly rulesetDigest: string;
    readonly asOf: string;
    readonly reason: string;
    readonly rules: number;
  };
  /** The worst first. */
  readonly open: readonly FindingView[];
  /** How many are accepted for a time. */
  readonly waived: number;
  readonly notAssessable: readonly { readonly rule: string; readonly why: string }[];
}

export function checkText({
  source,
  notJudged,
  judgement,
  open,
  waived,
  notAssessable,
}: CheckedSource): string {
  const on =
    judgement === undefined
      ? 'never judged'
      : `snapshot ${String(judgement.seq)} (${judgement.snapshotDigest.slice(0, 12)}) by ${String(judgement.rules)} rules (ruleset ${judgement.rulesetDigest.slice(0, 12)}), as of ${judgement.asOf}`;
  return [
    `${source}: ${on}`,
    ...(notJudged === undefined ? [] : [`NOT JUDGED: ${notJudged}`]),
    `${String(open.length)} open, ${String(waived)} waived`,
    ...bySeverity(open, SEVERITIES),
    ...(notAssessable.length === 0 ? [] : ['', 'Not assessable: neither passed nor failed']),
    ...notAssessable.map(({ rule, why }) => `   ${rule}: ${why}`),
  ].join('\n');
}
