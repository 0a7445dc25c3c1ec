import { permissionModelOf } from '../access/permission-model.js';
import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { deliverAfterRun } from '../alerts/alerts.job.js';
import type { AlertsConfig } from '../alerts/alerts-config.js';
import type { JudgeParts } from '../findings/judge-due.job.js';
import type { Database } from '../platform/database.js';
import type { RiskConfig } from '../rules/risk-tiers.js';
import { productOf, type SourcesConfig, sourceNamed } from '../sources/source-config.js';
import { retireDropped, type RunNowOptions, runNow, type RunReport } from './run-now.job.js';
import { exitCodeOf, heldIn, runText, worstExitCode } from './run-text.js';

/** @param partsOf what judging stands on, from the configuration; the entries know every room */
export function runCommand<
  C extends SourcesConfig & { readonly rules: RiskConfig; readonly alerts: AlertsConfig },
>(partsOf: (config: C, db: Database) => JudgeParts): CommandSpec<C> {
  return defineCommand({
    name: 'run',
    summary: 'read one source now, or all of them',
    description:
      'Reads, compares, publishes and judges; says how each list was obtained, what changed, what is held, and what of it breaks the rules. Exit code 0: complete; 2: published, but partly read or with something held; 1: nothing was published.',
    arguments: { source: { description: 'only this source' } },
    options: {},
    examples: ['rolewatch run hq', 'rolewatch run --json'],
    async run(context: CommandContext<C>, args) {
      const config = await context.config();
      const chosen = args.source === undefined ? config.sources : [sourceNamed(config, args.source)];
      const opened = await context.openDatabase();
      const options: RunNowOptions = {
        opened,
        judge: partsOf(config, opened.db),
        alerts: config.alerts,
        sources: config.sources,
        risk: config.rules.risk,
        signal: context.signal,
        progress: (message) => context.progress(message),
      };
      const reports: RunReport[] = [];
      const retired = args.source === undefined ? await retireDropped(options) : [];
      for (const name of retired)
        context.warn(`${name} is no longer configured: what was known of it is closed`);
      for (const source of chosen) {
        if (context.signal.aborted) break;
        // one source alone fails with its own error code; of several, the others are still read
        reports.push(await (chosen.length === 1 ? runNow(source, options) : attempt(source, options)));
      }
      await context.print({ runs: reports.map(document) }, () =>
        reports.map((report) => runText(report, scopeWordOf(report.source, config))).join('\n\n'),
      );
      const delivery = {
        db: opened.db,
        alerts: config.alerts,
        sources: config.sources.map(({ name }) => name),
      };
      for (const warning of await deliverAfterRun(delivery, context.signal)) context.warn(warning);
      return worstExitCode(reports.map(exitCodeOf));
    },
  });
}

function scopeWordOf(source: string, config: SourcesConfig): string {
  return permissionModelOf(productOf(sourceNamed(config, source).kind)).scopeWord;
}

async function attempt(source: SourcesConfig['sources'][number], options: RunNowOptions): Promise<RunReport> {
  try {
    return await runNow(source, options);
  } catch (error) {
    if (!(error instanceof RolewatchError)) throw error;
    return { source: source.name, outcome: 'failed', why: error.message };
  }
}

function document(report: RunReport): object {
  const { source, outcome, why, snapshot, alerts, drift, judgement } = report;
  const held = heldIn(report).map(({ list: { stream, scope, held: count, why: reason }, release }) => ({
    stream,
    ...(scope !== undefined && { scope }),
    held: count,
    ...(reason !== undefined && { why: reason }),
    release,
  }));
  return {
    source,
    outcome,
    ...(why !== undefined && { why }),
    ...(snapshot && { snapshot, held, alerts }),
    ...(drift && { changes: drift.changes }),
    ...(judgement && { judgement }),
  };
}
