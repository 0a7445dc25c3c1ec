import type { RiskTier } from '../../access/model.js';
import { permissionModelOf } from '../../access/permission-model.js';
import { escapeHtml } from '../../platform/html.js';
import { observationLines } from '../../snapshots/snapshots-text.js';
import { headline } from './report-words.js';
import type { Attention, ReportedFinding, ReportModel, ReportSubject } from './report-model.js';
import { STYLE } from './report-style.js';

/** One file that needs nothing else: no script, no picture, no font from elsewhere. Every text in it is escaped here. */
export function reportHtml(model: ReportModel): string {
  const { source, from, to } = model.drift;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`Drift of ${source}, snapshots ${String(from.seq)} to ${String(to.seq)}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="kind">Rolewatch drift report${model.simulated ? ' · simulated data' : ''}</p>
<h1>${escapeHtml(source)}</h1>
<p>${moment(from)} <span class="arrow">→</span> ${moment(to)}</p>
<p class="headline">${escapeHtml(headline(model))}</p>
</header>
${attention(model.attention)}
${subjects(model.subjects)}
${doubts(model)}
${coverage(model)}
${findings(model)}
<footer>
<p>Words are neutral on purpose: “only in the later snapshot” is what is known. ${escapeHtml(model.notVisible)}</p>
<p>Digest of snapshot ${String(to.seq)}: <code>${escapeHtml(to.digest)}</code></p>
</footer>
</body>
</html>
`;
}

const moment = ({ seq, recordedAt }: ReportModel['drift']['from']): string =>
  `snapshot ${String(seq)} <time datetime="${recordedAt.toISOString()}">${recordedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`;

const badge = (tier: RiskTier | undefined): string =>
  tier === undefined ? '' : `<span class="tier ${tier}">${tier}</span> `;

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

const section = (title: string, body: string): string => `<section><h2>${title}</h2>${body}</section>`;

function attention(items: readonly Attention[]): string {
  if (items.length === 0)
    return section('Needs attention first', '<p>Nothing of high risk changed, and nothing is unknown.</p>');
  const lines = items.map(
    ({ tier, title, text }) => `${badge(tier)}<b>${escapeHtml(title)}</b>: ${escapeHtml(text)}`,
  );
  return section('Needs attention first', `<div class="first">${list(lines)}</div>`);
}

function findings({ opened, closed }: ReportModel): string {
  if (opened.length + closed.length === 0) return '';
  return section('Findings', `${findingList('Opened', opened)}${findingList('Closed', closed)}`);
}

function findingList(title: string, items: readonly ReportedFinding[]): string {
  if (items.length === 0) return `<h3>${title}</h3><p>None in this period.</p>`;
  const lines = items.map(
    (one) =>
      `${badge(one.severity)}<b>${escapeHtml(one.title)}</b>: ${escapeHtml(one.subject)}<p class="note">${escapeHtml(one.text)}</p>`,
  );
  return `<h3>${title}</h3>${list(lines)}`;
}

function subjects(items: readonly ReportSubject[]): string {
  if (items.length === 0) return section('What changed', '<p>No change between these two states.</p>');
  return section('What changed', items.map(subject).join('\n'));
}

function subject({ title, tier, changes, rights }: ReportSubject): string {
  const lines = changes.map(
    (change) =>
      `${badge(change.tier)}${escapeHtml(change.text)}${change.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('')}`,
  );
  return `<article><h3>${badge(tier)}${escapeHtml(title)}</h3>${rights ? sides(rights) : ''}${list(lines)}</article>`;
}

function sides({ before, after }: NonNullable<ReportSubject['rights']>): string {
  const side = (name: string, own: readonly string[], other: readonly string[]): string => {
    const items = own.map((right) =>
      other.includes(right) ? escapeHtml(right) : `<strong>${escapeHtml(right)}</strong>`,
    );
    return `<div><h4>${name}</h4>${items.length === 0 ? '<p class="note">no rights</p>' : list(items)}</div>`;
  };
  return `<div class="sides">${side('Before', before, after)}${side('After', after, before)}</div>`;
}

function doubts({ doubts: items, observations, drift }: ReportModel): string {
  const known =
    items.length === 0
      ? '<p>Every list was read completely, and nothing is held.</p>'
      : list(items.map((item) => escapeHtml(item)));
  return section(
    'Held and unknown',
    `${known}<details><summary>How each list of the later state was read</summary><pre>${escapeHtml(observationLines(observations, permissionModelOf(drift.product).scopeWord).join('\n'))}</pre></details>`,
  );
}

function coverage({ coverage: { published, failed, missed, gaps } }: ReportModel): string {
  const words = `<p>${String(published)} read, ${String(failed)} failed, ${String(missed)} missed, of the moments at which the source was due.</p>`;
  return section(
    'Coverage of the period',
    words + (gaps.length === 0 ? '' : list(gaps.map((gap) => escapeHtml(gap)))),
  );
}
