import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { parseMoment } from '../snapshots/moment.js';
import { isOpen } from './finding.js';
import { findingHistory, findingsOf, type FindingEventView, type FindingView } from './findings.view.js';
import { momentOfJudging } from './moment-of-judging.view.js';

/** Which findings somebody asks for. */
export interface WantedFindings {
  /** `open` (acknowledged and reopened ones too), `all`, or one state; by default those that are not resolved. */
  readonly state?: string | undefined;
  readonly rule?: string | undefined;
  readonly severity?: string | undefined;
  /** A snapshot or a time; by default now. */
  readonly at?: string | undefined;
}

/** The findings of some sources as they stand or stood. @throws RolewatchError unknown-subject, unknown-snapshot, usage */
export async function findingsAnswer(
  sql: Sql,
  sources: readonly string[],
  wanted: WantedFindings,
): Promise<FindingView[]> {
  const moment = parseMoment(wanted.at);
  const all: FindingView[] = [];
  for (const name of sources)
    all.push(...(await findingsOf(sql, name, { at: await momentOfJudging(sql, name, moment) })));
  refuseUnknownRule(wanted.rule, all);
  return all.filter((finding) => isWanted(finding, wanted));
}

/** One finding with everything that ever happened to it. @throws RolewatchError unknown-source, unknown-finding */
export async function findingAnswer(
  sql: Sql,
  source: string,
  id: number,
): Promise<{ readonly finding: FindingView; readonly history: readonly FindingEventView[] }> {
  await knownSource(sql, source);
  const finding = (await findingsOf(sql, source)).find((one) => one.id === id);
  if (finding === undefined)
    throw new RolewatchError('unknown-finding', `there is no finding ${String(id)} of ${source}`);
  return { finding, history: await findingHistory(sql, source, id) };
}

function isWanted({ state, rule, severity }: FindingView, wanted: WantedFindings): boolean {
  return (
    isStateWanted(state, wanted.state) &&
    (wanted.rule === undefined || rule.id === wanted.rule) &&
    (wanted.severity === undefined || severity === wanted.severity)
  );
}

function isStateWanted(state: FindingView['state'], wanted: string | undefined): boolean {
  if (wanted === 'all') return true;
  if (wanted === 'open') return isOpen(state);
  return wanted === undefined ? state !== 'resolved' : state === wanted;
}

function refuseUnknownRule(rule: string | undefined, findings: readonly FindingView[]): void {
  const known = [...new Set(findings.map((finding) => finding.rule.id))];
  if (rule === undefined || known.includes(rule)) return;
  const hint = didYouMean(rule, known) || '; it may be judged and never broken';
  throw new RolewatchError('unknown-subject', `there never was a finding of a rule "${rule}"${hint}`);
}
