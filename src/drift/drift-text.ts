import { bySubject, type TierOf } from './drift-words.js';
import type { DriftReport } from './report.js';

/** The report for a terminal: by subject, the worst risk first. */
export function driftText(report: DriftReport, tierOf: TierOf): string {
  const { source, from, to, changes } = report;
  const title = `${source}: snapshot ${from.seq} (${from.recordedAt.toISOString()}) to ${to.seq} (${to.recordedAt.toISOString()})`;
  if (changes.length === 0) return `${title}\nNo changes.`;
  const blocks = bySubject(report, tierOf).map((subject) =>
    [
      `${tag(subject.tier)}${subject.title}`,
      ...subject.changes.flatMap(({ tier, text, notes }) => [
        `  - ${tag(tier)}${text}`,
        ...notes.map((note) => `      ${note}`),
      ]),
    ].join('\n'),
  );
  return [title, ...blocks].join('\n\n');
}

const tag = (tier: string | undefined): string => (tier === undefined ? '' : `[${tier}] `);
