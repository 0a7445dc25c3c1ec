import { type CommandContext, defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { oneLine } from '../platform/visible.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import { FINDING_STATES, SEVERITIES } from './finding.js';
import { findingAnswer, findingsAnswer } from './findings-answer.view.js';
import type { FindingView } from './findings.view.js';
import { bySeverity, eventLines, fieldsWords, subjectWords } from './findings-words.js';

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
    const names = sources.map(({ name }) => name);
    const findings = await findingsAnswer(db, names, options);
    await context.print({ findings }, () => listText(findings, names));
    return 0;
  },
});

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
  const { finding, history } = await findingAnswer(db, source, id);
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
