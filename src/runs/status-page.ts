import { createHash } from 'node:crypto';
import { permissionModelOf } from '../access/permission-model.js';
import { escapeHtml } from '../platform/html.js';
import { productOf } from '../sources/source-config.js';
import type { ObservationView } from '../snapshots/observation.js';
import { observationLines } from '../snapshots/snapshots-text.js';
import type { SourceStatus } from './status.view.js';

/** What the page shows of one source. */
export interface SourceReport {
  readonly status: SourceStatus;
  readonly observations: readonly ObservationView[];
  /** The latest drift report, as text. */
  readonly drift: string;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2330; background: #fff; }
h1 { font-size: 1.4rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #c9d1dc; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; } dt { color: #55617a; } dd { margin: 0; }
pre { background: #f4f6f9; padding: 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.attention { color: #a3160b; font-weight: 600; }
`;

/** For the Content-Security-Policy: the page's one style, by digest. It has no script at all. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** The whole page. Every text in it is escaped here, whoever wrote it. */
export function statusPage(reports: readonly SourceReport[]): string {
  const sources = reports.map(section).join('\n');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Rolewatch</title><style>${STYLE}</style></head>
<body>
<h1>Rolewatch: the latest drift</h1>
${sources === '' ? '<p>No source is known yet.</p>' : sources}
</body>
</html>
`;
}

function section({ status, observations, drift }: SourceReport): string {
  const facts: [string, string][] = [
    ['last snapshot', snapshotWords(status)],
    ['next slot', status.reading ? 'being read now' : (status.nextSlot?.toISOString() ?? 'none scheduled')],
    ['last 7 days', coverageWords(status)],
    ['findings', judgementWords(status)],
  ];
  return `<section>
<h2>${escapeHtml(status.source)}</h2>
${status.paused === null ? '' : `<p class="attention">${escapeHtml(pausedWords(status.source, status.paused))}</p>`}
<dl>${facts.map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`).join('')}</dl>
<h3>What was read</h3>
<pre>${escapeHtml(observationLines(observations, scopeWordOf(status)).join('\n') || 'nothing yet')}</pre>
<h3>What changed</h3>
<pre>${escapeHtml(drift)}</pre>
</section>`;
}

const scopeWordOf = ({ kind }: SourceStatus): string => permissionModelOf(productOf(kind)).scopeWord;

function snapshotWords({ lastSnapshot }: SourceStatus): string {
  if (lastSnapshot === null) return 'none yet';
  const { seq, recordedAt, ageSeconds } = lastSnapshot;
  return `${String(seq)}, recorded ${recordedAt.toISOString()} (${ageWords(ageSeconds)} ago)`;
}

function coverageWords({ coverage: { published, failed, missed } }: SourceStatus): string {
  return `${String(published)} published, ${String(failed)} failed, ${String(missed)} missed`;
}

function judgementWords({ judgement }: SourceStatus): string {
  if (judgement === null) return 'not judged yet';
  return `${String(judgement.open)} open, as snapshot ${String(judgement.seq)} was judged`;
}

function pausedWords(source: string, { since, why }: NonNullable<SourceStatus['paused']>): string {
  return `Paused since ${since.toISOString()}: ${why}. To go on: rolewatch resume ${source}`;
}

/** One unit is enough to see whether a state is fresh. */
export function ageWords(seconds: number): string {
  const units: [size: number, name: string][] = [
    [86_400, 'days'],
    [3_600, 'hours'],
    [60, 'minutes'],
  ];
  for (const [size, name] of units)
    if (seconds >= 2 * size) return `${String(Math.floor(seconds / size))} ${name}`;
  return `${String(Math.max(0, seconds))} seconds`;
}
