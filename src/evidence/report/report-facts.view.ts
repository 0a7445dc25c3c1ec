import { riskOfChange } from '../../drift/drift-risk.js';
import { driftBetween } from '../../drift/drift.view.js';
import type { Database } from '../../platform/database.js';
import { AccessRows, type AccessRow } from '../../snapshots/access-rows.js';
import { notVisible } from '../../snapshots/access-text.js';
import { accessFacts } from '../../snapshots/access.view.js';
import { coverageOf } from '../../snapshots/coverage.view.js';
import { snapshotOf } from '../../snapshots/snapshots.view.js';
import { permissionModelOf } from '../../access/permission-model.js';
import { productOf } from '../../sources/source-config.js';
import { manifestOfSnapshot } from '../bundle-facts.view.js';
import { subjectWords, WHY_WORDS } from '../../findings/findings-words.js';
import { afterSeq, type Period } from '../document.js';
import { stepsUntil } from '../period-findings.view.js';
import type { ReportedFinding, ReportFacts } from './report-model.js';

/** Everything a drift report of the period says. */
export async function reportFacts(db: Database, period: Period): Promise<ReportFacts> {
  const { source, from, to, tiers } = period;
  const slots = await coverageOf(db, source);
  const last = await manifestOfSnapshot(db, source, to.seq);
  return {
    drift: await driftBetween(db, source, String(from.seq), String(to.seq)),
    tierOf: (change) => riskOfChange(change, tiers),
    before: await rightsAt(db, period, from.seq),
    after: await rightsAt(db, period, to.seq),
    observations: (await snapshotOf(db, source, to.seq))?.observations ?? [],
    slots: slots.filter(({ dueAt }) => within(period, new Date(dueAt))).reverse(),
    ...(await findingsIn(db, period)),
    notVisible: notVisible(productOf(period.kind)),
    simulated: last['simulated'] === true,
  };
}

/** Findings that began, or began again, and that ended, by judging the period's snapshots. */
async function findingsIn(db: Database, period: Period): Promise<Pick<ReportFacts, 'opened' | 'closed'>> {
  const [opened, closed]: [ReportedFinding[], ReportedFinding[]] = [[], []];
  for await (const { finding, event } of stepsUntil(db, period.source, period.to.seq)) {
    const { kind, severity, message, why, judgement } = event;
    if (judgement === undefined || judgement.seq <= afterSeq(period)) continue;
    const text = kind === 'opened' || why === undefined ? message : `${message} (${WHY_WORDS[why]})`;
    const told = { severity, title: finding.rule.id, subject: subjectWords(finding.subject), text };
    if (kind === 'opened' || kind === 'reopened') opened.push(told);
    if (kind === 'resolved') closed.push(told);
  }
  return { opened, closed };
}

const within = ({ from, to }: Period, dueAt: Date): boolean =>
  dueAt > from.recordedAt && dueAt <= to.recordedAt;

async function rightsAt(
  db: Database,
  { source, kind, tiers, ownAccount }: Period,
  seq: number,
): Promise<AccessRow[]> {
  const facts = await accessFacts(db, { source, seq, named: [], peopleLimit: 0 });
  return new AccessRows(facts, tiers, permissionModelOf(productOf(kind)), ownAccount).rows({});
}
