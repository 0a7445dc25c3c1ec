import { bySubject, type TierOf } from './drift-words.js';
import type { DriftReport } from './report.js';
import { unwatchedWords } from './unwatched.js';

/** The report for a terminal: by subject, the worst risk first. */
export function driftText(report: DriftReport, tierOf: TierOf): string {
  const { source, from, to, changes } = report;
  const title = `${source}: snapshot ${from.seq} (${from.recordedAt.toISOString()}) to ${to.seq} (${to.recordedAt.toISOString()})`;
  const unwatched = (report.unwatched ?? []).map(unwatchedWords);
  if (changes.length === 0) return [`${title}\nNo changes.`, ...unwatched].join('\n');
  const blocks = bySubject(report, tierOf).map((subject) =>
    [
      `${tag(subject.tier)}${subject.title}`,
      ...subject.changes.flatMap(({ tier, text, notes }) => [
        `  - ${tag(tier)}${text}`,
        ...notes.map((note) => `      ${note}`),
      ]),
    ].join('\n'),
  );
  return [title, ...unwatched, ...blocks].join('\n\n');
}

const tag = (tier: string | undefined): string => (tier === undefined ? '' : `[${tier}] `);
