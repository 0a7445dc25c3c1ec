import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandContext,
  type CommandSpec,
  defineCommand,
  type ExitCode,
} from '../platform/command/command.js';
import type { Database } from '../platform/database.js';
import type { Severity } from '../rules/verdicts.js';
import { rulesOnDiskDiffer } from './activate-rules.job.js';
import { type CheckedSource, checkText } from './check-text.js';
import { asBadAs, checkedSource, sourcesToCheck } from './check.view.js';
import { SEVERITIES } from './finding.js';
import { JudgeDue, type JudgeParts, type Judging } from './judge-due.job.js';
import { pausedJudging } from './paused-judging.view.js';
import { situationOf } from './situation.view.js';

/** How long another process is waited for that judges this moment. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 200;

/** @param partsOf what judging stands on, from the configuration; the entries know every room */
export function checkCommand<C>(partsOf: (config: C, db: Database) => JudgeParts): CommandSpec<C> {
  return defineCommand({
    name: 'check',
    summary: 'judge the latest state by the active rules, and list what breaks them',
    description:
      'Judges the latest snapshot by the active ruleset unless that is done, and lists what is open, the worst first, with the path of each right; then what could not be judged, and why. Acknowledged findings count as open, waived ones do not. Exit code 0: done; 3: something open is at least as bad as --fail-on; 1: not everything could be judged.',
    arguments: { source: { description: 'only this source' } },
    options: {
      failOn: {
        kind: 'text',
        value: 'SEVERITY',
        description: 'exit with 3 when an open finding is at least this bad',
        oneOf: SEVERITIES,
      },
      again: { kind: 'flag', description: 'judge once more although nothing has changed' },
    },
    examples: ['rolewatch check hq', 'rolewatch check --fail-on high --json'],
    async run(context: CommandContext<C>, args, options): Promise<ExitCode> {
      const config = await context.config();
      const { db } = await context.openDatabase();
      const names = await sourcesToCheck(db, args.source);
      const parts = partsOf(config, db);
      const judging = await new JudgeDue(parts).judge({
        sources: names,
        again: options.again,
        signal: context.signal,
      });
      const differ = await rulesOnDiskDiffer(db, parts.rulebook);
      for (const warning of [...judging.notes, ...(differ === null ? [] : [differ])]) context.warn(warning);
      const checked: CheckedSource[] = [];
      for (const source of names) {
        const notJudged = await whyNotJudged(db, source, judging, context.signal);
        checked.push(await checkedSource(db, source, notJudged));
      }
      await context.print({ sources: checked, warnings: judging.notes, rulesDiffer: differ !== null }, () =>
        checked.map(checkText).join('\n\n'),
      );
      // the option allows no other word
      return exitCodeOf(checked, options.failOn as Severity | undefined);
    },
  });
}

/** Null: the latest snapshot is judged. */
async function whyNotJudged(
  db: Database,
  source: string,
  { notJudged }: Judging,
  signal: AbortSignal,
): Promise<string | null> {
  const mine = notJudged.find((one) => one.source === undefined || one.source === source);
  return mine?.why ?? (await waitForOthers(db, source, signal));
}

/** Null once nothing waits to be judged; else why the answer is not about the latest state. */
async function waitForOthers(db: Database, source: string, signal: AbortSignal): Promise<string | null> {
  const giveUp = performance.now() + PATIENCE_MS;
  while ((await situationOf(db, source))?.waiting === true) {
    const paused = await pausedJudging(db, source);
    if (paused !== null) return paused;
    if (performance.now() > giveUp || signal.aborted)
      return 'another process has begun to judge the latest snapshot, and is not done';
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return null;
}

function exitCodeOf(checked: readonly CheckedSource[], failOn: Severity | undefined): ExitCode {
  if (failOn !== undefined && asBadAs(checked, failOn) > 0) return 3;
  return checked.some(({ notJudged }) => notJudged !== undefined) ? 1 : 0;
}
