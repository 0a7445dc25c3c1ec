import type { RiskTier } from '../../access/model.js';
import { oneLine } from '../../platform/visible.js';
import { headline } from './report-words.js';
import type { ReportedFinding, ReportModel, ReportSubject } from './report-model.js';

/** For tickets and wikis. Names cannot make a link, a heading or HTML of themselves. */
export function reportMarkdown(model: ReportModel): string {
  const { source, from, to } = model.drift;
  const at = ({ seq, recordedAt }: typeof from): string =>
    `snapshot ${String(seq)} (${recordedAt.toISOString()})`;
  const { published, failed, missed, gaps } = model.coverage;
  return [
    `# Drift of ${plain(source)}`,
    `From ${at(from)} to ${at(to)}${model.simulated ? ', simulated data' : ''}`,
    plain(headline(model)),
    '## Needs attention first',
    bullets(
      model.attention.map(({ tier, title, text }) => `${tag(tier)}**${plain(title)}**: ${plain(text)}`),
    ) || 'Nothing of high risk changed, and nothing is unknown.',
    '## What changed',
    ...(model.subjects.length === 0 ? ['No change between these two states.'] : model.subjects.map(subject)),
    '## Held and unknown',
    bullets(model.doubts.map(plain)) || 'Every list was read completely, and nothing is held.',
    '## Coverage of the period',
    `${String(published)} read, ${String(failed)} failed, ${String(missed)} missed.`,
    bullets(gaps.map(plain)),
    ...findings('Findings opened', model.opened),
    ...findings('Findings closed', model.closed),
    `---`,
    plain(model.notVisible),
    `Digest of snapshot ${String(to.seq)}: \`${to.digest}\``,
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

/** Text that Markdown takes for nothing but text. */
export function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>|~#&!]/g, (sign) => `\\${sign}`);
}

const tag = (tier: RiskTier | undefined): string => (tier === undefined ? '' : `\\[${tier}\\] `);
const bullets = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

function findings(title: string, items: readonly ReportedFinding[]): string[] {
  if (items.length === 0) return [];
  const lines = items.map(
    (one) => `${tag(one.severity)}**${plain(one.title)}**: ${plain(one.subject)}. ${plain(one.text)}`,
  );
  return [`## ${title}`, bullets(lines)];
}

function subject({ title, tier, changes, rights }: ReportSubject): string {
  const side = (name: string, items: readonly string[]): string =>
    `- ${name}: ${items.length === 0 ? 'no rights' : items.map(plain).join('; ')}`;
  return [
    `### ${tag(tier)}${plain(title)}`,
    [
      ...(rights ? [side('before', rights.before), side('after', rights.after)] : []),
      ...changes.flatMap((change) => [
        `- ${tag(change.tier)}${plain(change.text)}`,
        ...change.notes.map((note) => `  - ${plain(note)}`),
      ]),
    ].join('\n'),
  ].join('\n\n');
}
