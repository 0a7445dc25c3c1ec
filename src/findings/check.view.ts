import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import type { Severity } from '../rules/verdicts.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import type { CheckedSource } from './check-text.js';
import { compareSeverities, isOpen } from './finding.js';
import { findingsOf } from './findings.view.js';
import { latestJudgement, notAssessable } from './judgements.view.js';

/** One source, or all that were ever read. @throws RolewatchError unknown-source, unknown-snapshot */
export async function sourcesToCheck(sql: Sql, source: string | undefined): Promise<string[]> {
  const sources = source === undefined ? await knownSources(sql) : [await knownSource(sql, source)];
  const read = sources.filter(({ lastSeq }) => lastSeq > 0).map(({ name }) => name);
  if (read.length > 0) return read;
  const which = source === undefined ? 'nothing was read yet' : `${source} has no snapshot yet`;
  throw new RolewatchError('unknown-snapshot', `${which}: rolewatch run`);
}

/** What is open, and what that stands on. @param notJudged why that is not the latest snapshot; null: it is */
export async function checkedSource(
  sql: Sql,
  source: string,
  notJudged: string | null,
): Promise<CheckedSource> {
  const judgement = await latestJudgement(sql, source);
  const findings = (await findingsOf(sql, source)).filter(({ state }) => state !== 'resolved');
  return {
    source,
    ...(notJudged !== null && { notJudged }),
    ...(judgement && {
      judgement: {
        id: judgement.id,
        seq: judgement.seq,
        snapshotDigest: judgement.snapshotDigest,
        rulesetDigest: judgement.rulesetDigest,
        asOf: judgement.asOf.toISOString(),
        reason: judgement.reason,
        rules: judgement.assessments.length,
      },
    }),
    open: findings
      .filter(({ state }) => isOpen(state))
      .sort((a, b) => compareSeverities(a.severity, b.severity) || a.id - b.id),
    waived: findings.filter(({ state }) => state === 'waived').length,
    notAssessable: judgement ? notAssessable(judgement) : [],
  };
}

/** How much of what is open is at least so bad. */
export function asBadAs(checked: readonly CheckedSource[], worst: Severity): number {
  return checked.flatMap(({ open }) => open).filter(({ severity }) => compareSeverities(severity, worst) <= 0)
    .length;
}
