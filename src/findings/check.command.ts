import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandContext,
  type CommandSpec,
  defineCommand,
  type ExitCode,
} from '../platform/command/command.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import type { Severity } from '../rules/verdicts.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import { rulesOnDiskDiffer } from './activate-rules.job.js';
import { type CheckedSource, checkText } from './check-text.js';
import { compareSeverities, isOpen, SEVERITIES } from './finding.js';
import { findingsOf } from './findings.view.js';
import { JudgeDue, type JudgeParts, type Judging } from './judge-due.job.js';
import { latestJudgement, notAssessable } from './judgements.view.js';
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
      for (const source of names) checked.push(await checkedSource(db, source, judging, context.signal));
      await context.print({ sources: checked, warnings: judging.notes, rulesDiffer: differ !== null }, () =>
        checked.map(checkText).join('\n\n'),
      );
      // the option allows no other word
      return exitCodeOf(checked, options.failOn as Severity | undefined);
    },
  });
}

/** @throws RolewatchError unknown-source, unknown-snapshot */
async function sourcesToCheck(db: Database, source: string | undefined): Promise<string[]> {
  const sources = source === undefined ? await knownSources(db) : [await knownSource(db, source)];
  const read = sources.filter(({ lastSeq }) => lastSeq > 0).map(({ name }) => name);
  if (read.length > 0) return read;
  const which = source === undefined ? 'nothing was read yet' : `${source} has no snapshot yet`;
  throw new RolewatchError('unknown-snapshot', `${which}: rolewatch run`);
}

async function checkedSource(
  db: Database,
  source: string,
  { notJudged }: Judging,
  signal: AbortSignal,
): Promise<CheckedSource> {
  const mine = notJudged.find((one) => one.source === undefined || one.source === source);
  const why = mine?.why ?? (await waitForOthers(db, source, signal));
  const judgement = await latestJudgement(db, source);
  const findings = (await findingsOf(db, source)).filter(({ state }) => state !== 'resolved');
  return {
    source,
    ...(why !== null && { notJudged: why }),
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
  const bad = checked
    .flatMap(({ open }) => open)
    .some(({ severity }) => {
      return failOn !== undefined && compareSeverities(severity, failOn) <= 0;
    });
  if (bad) return 3;
  return checked.some(({ notJudged }) => notJudged !== undefined) ? 1 : 0;
}
