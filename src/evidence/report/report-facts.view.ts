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
import type { Period } from '../document.js';
import { isOpen } from '../../findings/finding.js';
import { becauseWords, subjectWords, WHY_WORDS } from '../../findings/findings-words.js';
import { type FindingView, findingsOf } from '../../findings/findings.view.js';
import { judgedUntil } from '../judged-until.view.js';
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
    ...(await findingsOver(db, period)),
    notVisible: notVisible(productOf(period.kind)),
    simulated: last['simulated'] === true,
  };
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

/** What was not open when the earlier state was judged and is now, and the reverse. */
async function findingsOver(
  db: Database,
  { source, from, to }: Period,
): Promise<Pick<ReportFacts, 'opened' | 'closed'>> {
  const before = await findingsOf(db, source, { at: await judgedUntil(db, source, from.seq) });
  const after = await findingsOf(db, source, { at: await judgedUntil(db, source, to.seq) });
  const wasOpen = new Set(before.filter(({ state }) => isOpen(state)).map(({ id }) => id));
  return {
    opened: after.filter(({ id, state }) => isOpen(state) && !wasOpen.has(id)).map(reported),
    closed: after.filter(({ id, state }) => !isOpen(state) && wasOpen.has(id)).map(reported),
  };
}

function reported(finding: FindingView): ReportedFinding {
  const { id, rule, severity, message, subject, because, product, state, why, waiver } = finding;
  return {
    severity,
    title: message.replace(/\.$/, ''),
    subject: `${subjectWords(subject)} (finding ${String(id)})`,
    text: [
      ...(isOpen(state) ? because.map((one) => becauseWords(one, product)) : [state]),
      ...(why === undefined ? [] : [WHY_WORDS[why]]),
      ...(waiver === undefined
        ? []
        : [`accepted by ${waiver.approver} until ${waiver.until}: ${waiver.reason}`]),
      `rule ${rule.id}`,
    ].join('; '),
  };
}
