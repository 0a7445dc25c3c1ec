import { permissionModelOf } from '../access/permission-model.js';
import type { AlertView } from '../alerts/alert-view.js';
import { routingOf } from '../alerts/alert-routing.js';
import type { AlertsConfig } from '../alerts/alerts-config.js';
import { alertsOf } from '../alerts/alerts.view.js';
import { JudgeDue, type JudgeParts } from '../findings/judge-due.job.js';
import { pausedJudging } from '../findings/paused-judging.view.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import type { OpenDatabase } from '../platform/open-database.js';
import { riskOfChange } from '../drift/drift-risk.js';
import { driftText } from '../drift/drift-text.js';
import { driftBetween } from '../drift/drift.view.js';
import type { DriftReport } from '../drift/report.js';
import type { SiteRisks } from '../rules/risk-tiers.js';
import { riskTiersOf } from '../rules/risk-tiers.view.js';
import type { SnapshotView } from '../snapshots/observation.js';
import { listName } from '../snapshots/snapshots-text.js';
import { snapshotOf } from '../snapshots/snapshots.view.js';
import { productOf, type SourceConfig } from '../sources/source-config.js';
import type { RunOutcome } from './claim.js';
import { LeasedRun } from './leased-run.job.js';
import { type JudgementSummary, judgementSummary } from './judgement-summary.js';
import { type ConfiguredSources, openConfigured } from './opened-source.job.js';
import { retireUnconfigured } from './retire-source.job.js';
import { RunSource } from './run-source.job.js';
import { ScheduleStore } from './schedule.store.js';
import { SlotStore } from './slot.store.js';

export interface RunNowOptions extends ConfiguredSources {
  readonly opened: OpenDatabase;
  readonly alerts: AlertsConfig;
  readonly judge: JudgeParts;
  readonly signal: AbortSignal;
  progress(message: string): void;
}

/** How a run ended, with what it published. */
export interface RunReport extends RunOutcome {
  readonly source: string;
  readonly snapshot?: SnapshotView;
  /** What of it is worth telling. */
  readonly alerts?: readonly AlertView[];
  /** What changed since the snapshot before; absent with the first one. */
  readonly drift?: DriftReport;
  readonly driftText?: string;
  readonly judgement?: JudgementSummary;
}

/**
 * Reads a source now, on the path that the clock takes, too: a slot of its own, claimed, leased and fenced.
 * @throws RolewatchError source-paused, source-busy
 */
export async function runNow(source: SourceConfig, options: RunNowOptions): Promise<RunReport> {
  const { db, tagKeys } = options.opened;
  await new ScheduleStore(db).register([source]);
  const slots = new SlotStore(db);
  const { scopeWord } = permissionModelOf(productOf(source.kind));
  const story = new RunSource({
    db,
    tagKeys,
    slots,
    routing: routingOf(options.alerts),
    open: (name) => openConfigured(options, name),
    progress: (name, { step, verdict }) =>
      options.progress(`${name}: ${listName(step, scopeWord)}: ${verdict}`),
  });
  const judge = new JudgeDue(options.judge);
  await judge.prepare();
  const claim = await slots.claimManual(source.name);
  const outcome = await new LeasedRun(slots, story).perform(claim, {
    shutdown: options.signal,
    limitMs: source.limits.runMinutes * 60_000,
  });
  if (outcome.seq === undefined) return { source: source.name, ...outcome };
  const told = await published(db, source, outcome.seq, options.risk);
  const judging = await judge.judge({ sources: [source.name], signal: options.signal });
  const judgement = judgementSummary(judging, await pausedJudging(db, source.name));
  return { source: source.name, ...outcome, ...told, judgement };
}

/** Closes the books on sources that the configuration no longer names, when a person asks for all that it does name. */
export async function retireDropped({ opened, sources, risk }: RunNowOptions): Promise<string[]> {
  const { db, tagKeys } = opened;
  const names = sources.map(({ name }) => name);
  return retireUnconfigured({ db, tagKeys, slots: new SlotStore(db), risk }, names, true);
}

async function published(
  db: Database,
  source: SourceConfig,
  seq: number,
  risk: SiteRisks,
): Promise<Pick<RunReport, 'snapshot' | 'alerts' | 'drift' | 'driftText'>> {
  const snapshot = await snapshotOf(db, source.name, seq);
  if (snapshot === undefined)
    throw new RolewatchError('integrity', `snapshot ${seq} was published, but is not there`);
  const alerts = await alertsOf(db, source.name, seq);
  if (seq === 1) return { snapshot, alerts };
  const drift = await driftBetween(db, source.name, String(seq - 1), String(seq));
  const tiers = await riskTiersOf(productOf(source.kind), risk);
  return { snapshot, alerts, drift, driftText: driftText(drift, (change) => riskOfChange(change, tiers)) };
}
