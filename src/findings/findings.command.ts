import { type CommandContext, defineCommand } from '../platform/command/command.js';
import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { oneLine } from '../platform/visible.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import { parseMoment } from '../snapshots/moment.js';
import { FINDING_STATES, isOpen, SEVERITIES } from './finding.js';
import { findingHistory, findingsOf, type FindingView } from './findings.view.js';
import { bySeverity, eventLines, fieldsWords, subjectWords } from './findings-words.js';
import { momentOfJudging } from './moment-of-judging.view.js';

interface Wanted {
  readonly state?: string | undefined;
  readonly rule?: string | undefined;
  readonly severity?: string | undefined;
}

export const findingsCommand = defineCommand({
  name: 'findings',
  summary: 'list what breaks the rules, and the history of each finding',
  description:
    'Lists the findings of one source or of all as they stand, or stood: by default those that are not resolved. With --finding, everything that ever happened to one. Judges nothing: that is `check`.',
  arguments: { source: { description: 'only this source' } },
  options: {
    state: {
      kind: 'text',
      value: 'STATE',
      description: 'open (acknowledged and reopened ones too), all, or one state',
      oneOf: ['all', ...FINDING_STATES],
    },
    rule: { kind: 'text', value: 'RULE', description: 'only of this rule, by id' },
    severity: { kind: 'text', value: 'S', description: 'only of this severity', oneOf: SEVERITIES },
    at: {
      kind: 'text',
      value: 'TIME|SEQ',
      description: 'as they stood then, or once that snapshot was judged',
    },
    finding: { kind: 'count', value: 'N', description: 'the history of this one; needs a source' },
  },
  examples: [
    'rolewatch findings hq --severity critical',
    'rolewatch findings hq --finding 4',
    'rolewatch findings --state all --at 2026-03-01T00:00:00Z --json',
  ],
  async run(context, args, options) {
    const { db } = await context.openDatabase();
    if (options.finding !== undefined) return showHistory(context, db, args.source, options.finding);
    const sources = args.source === undefined ? await knownSources(db) : [await knownSource(db, args.source)];
    const moment = parseMoment(options.at);
    const all: FindingView[] = [];
    for (const { name } of sources) {
      const at = await momentOfJudging(db, name, moment);
      all.push(...(await findingsOf(db, name, { at })));
    }
    refuseUnknownRule(options.rule, all);
    const findings = all.filter((finding) => isWanted(finding, options));
    await context.print({ findings }, () =>
      listText(
        findings,
        sources.map(({ name }) => name),
      ),
    );
    return 0;
  },
});

function isWanted({ state, rule, severity }: FindingView, wanted: Wanted): boolean {
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

function listText(findings: readonly FindingView[], sources: readonly string[]): string {
  const blocks = sources.flatMap((source) => {
    const ofOne = findings.filter((finding) => finding.source === source);
    return ofOne.length === 0 ? [] : [[source, ...bySeverity(ofOne, SEVERITIES)].join('\n')];
  });
  return blocks.length === 0 ? 'No such finding.' : blocks.join('\n\n');
}

async function showHistory(
  context: CommandContext,
  db: Sql,
  source: string | undefined,
  id: number,
): Promise<0> {
  if (source === undefined)
    throw new RolewatchError('usage', '--finding needs the source: rolewatch findings SOURCE --finding N');
  await knownSource(db, source);
  const finding = (await findingsOf(db, source)).find((one) => one.id === id);
  if (finding === undefined)
    throw new RolewatchError('unknown-finding', `there is no finding ${String(id)} of ${source}`);
  const history = await findingHistory(db, source, id);
  await context.print({ finding, history }, () => {
    const { product, rule, subject, fields, state, message } = finding;
    const head = `#${String(id)} of ${source}, ${state}: ${subjectWords(subject)}${fieldsWords(fields)}`;
    return [
      head,
      `rule ${rule.id}: ${message}`,
      '',
      ...history.flatMap((event) => eventLines(event, product)),
    ]
      .map(oneLine)
      .join('\n');
  });
  return 0;
}
