/** A message as a mail: subject, plain text, and HTML for mail readers of every age. */
import type { Severity } from '../../rules/verdicts.js';
import type { Card, Message } from './message.js';
import { cut, html } from './safe-text.js';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const SUBJECT = 160;
const WIDTH = 76;

export function renderMail(message: Message): RenderedMail {
  const subject = subjectOf(message);
  return { subject, text: textOf(message), html: htmlOf(message, subject) };
}

/** The source is what a reader with several sorts by: it is never cut off. */
function subjectOf({ severity, headline, source, plain }: Message): string {
  if (plain) return `[Rolewatch] ${cut(headline, SUBJECT - 12)}`;
  const [before, after] = [`[Rolewatch] ${severity}: `, ` (${source})`];
  return `${before}${cut(headline, SUBJECT - before.length - after.length)}${after}`;
}

function textOf({ source, headline, cards, more, footer }: Message): string {
  return [
    wrapped(`Rolewatch, ${source}: ${headline}`),
    ...cards.map(cardText),
    ...(more ? [`${wrapped(`And ${more.count} more:`)}\n\n    ${more.command}`] : []),
    `${'-'.repeat(WIDTH)}\n${footer.map((line) => wrapped(line)).join('\n')}\n`,
  ].join('\n\n');
}

function cardText({ severity, tag = severity, title, lines, step }: Card): string {
  return [
    wrapped(`[${tag.toUpperCase()}] ${title}`),
    ...lines.map((line) => wrapped(line, '  - ', '    ')),
    '',
    wrapped(step.text, '  ', '  '),
    ...(step.command === undefined ? [] : [`\n      ${step.command}`]),
  ].join('\n');
}

/** Broken between words. */
function wrapped(text: string, first = '', indent = ''): string {
  const lines = [first];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    const longer = line === first || line === indent ? `${line}${word}` : `${line} ${word}`;
    if (longer.length <= WIDTH || line.trim() === '') lines[lines.length - 1] = longer;
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

/** Of a severity: the colour of its edge, and of its tag on light and on dark ground. */
const COLOURS: Readonly<Record<Severity, { edge: string; ground: string; ink: string }>> = {
  critical: { edge: '#c4281c', ground: '#fde8e6', ink: '#8f1a11' },
  high: { edge: '#d9730d', ground: '#fdeedd', ink: '#8a4503' },
  medium: { edge: '#2b6cb0', ground: '#e3eefa', ink: '#1d4f86' },
  low: { edge: '#64748b', ground: '#e9edf2', ink: '#3f4b5c' },
};

const SANS = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const MONO = "font-family:ui-monospace,'SF Mono',Menlo,Consolas,'Liberation Mono',monospace";
const BREAK = 'overflow-wrap:anywhere;word-break:break-word';

/** Readers that know no style sheet get the light form, which stands in the attributes. */
const STYLE = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.pad{padding:16px!important}.outer{padding:12px 8px!important}}
@media (prefers-color-scheme:dark){
.page{background:#12161c!important}.card{background:#1c222b!important;border-top-color:#323b48!important;border-right-color:#323b48!important;border-bottom-color:#323b48!important}
.ink{color:#e8ecf2!important}.soft{color:#a7b1c0!important}.code{background:#0f1319!important;color:#dbe4f0!important;border-color:#323b48!important}
.rule{border-color:#323b48!important}
.critical{background:#4a1712!important;color:#ffc9c2!important}.high{background:#452708!important;color:#ffd8ae!important}
.medium{background:#132f4d!important;color:#c3defa!important}.low{background:#2b3440!important;color:#d3dbe6!important}
}`;

const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"';

function htmlOf(message: Message, subject: string): string {
  const { source, headline, cards, more, footer } = message;
  return `<!doctype html>
<html lang="en" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${html(subject)}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:0;background:#f2f4f7;-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${html(cards[0]?.step.text ?? headline)}</div>
<table ${TABLE} class="page" style="background:#f2f4f7"><tr><td align="center" class="outer" style="padding:24px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table ${TABLE} style="max-width:600px;text-align:left">
<tr><td class="soft" style="${SANS};font-size:13px;line-height:20px;color:#5b6675;padding:0 4px 12px">
<strong class="ink" style="color:#1a2230">Rolewatch</strong> &nbsp;&middot;&nbsp; ${html(source)} &nbsp;&middot;&nbsp; ${counted(message)}</td></tr>
${cards.map(cardHtml).join('\n')}
${more ? moreHtml(more) : ''}
<tr><td class="soft rule" style="${SANS};font-size:12px;line-height:18px;color:#5b6675;padding:16px 4px 0;border-top:1px solid #d5dae1;${BREAK}">
${footer.map((line) => `<p style="margin:0 0 8px">${html(line)}</p>`).join('\n')}</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table></body></html>
`;
}

/** "2 critical, 1 high": of all cards that are shown. */
function counted({ cards, more }: Message): string {
  const tags = new Map<string, number>(Object.keys(COLOURS).map((severity) => [severity, 0]));
  for (const { severity, tag = severity } of cards) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  const words = [...tags].filter(([, n]) => n > 0).map(([tag, n]) => `${n} ${tag}`);
  return [...words, ...(more ? [`${more.count} more`] : [])].join(', ');
}

function cardHtml({ severity, tag = severity, title, lines, step }: Card): string {
  const { edge, ground, ink } = COLOURS[severity];
  return `<tr><td style="padding:0 0 16px"><table ${TABLE} class="card" style="background:#ffffff;border:1px solid #d5dae1;border-left:4px solid ${edge};border-radius:6px">
<tr><td class="pad" style="padding:20px 24px;${SANS};${BREAK}">
<span class="${severity}" style="display:inline-block;background:${ground};color:${ink};font-size:11px;line-height:18px;font-weight:700;letter-spacing:.6px;text-transform:uppercase;padding:1px 8px;border-radius:9px">${tag}</span>
<h2 class="ink" style="margin:8px 0 10px;font-size:18px;line-height:25px;font-weight:600;color:#1a2230">${html(capital(title))}</h2>
${lines.map(lineHtml).join('\n')}
<p class="ink" style="margin:14px 0 0;font-size:14px;line-height:21px;color:#1a2230"><strong>What to do:</strong> ${html(step.text)}</p>
${step.command === undefined ? '' : codeHtml(step.command)}</td></tr></table></td></tr>`;
}

function lineHtml(line: string): string {
  return `<p class="soft" style="margin:0 0 5px;font-size:14px;line-height:21px;color:#46505e">${html(line)}</p>`;
}

function codeHtml(command: string): string {
  return `<div class="code" style="${MONO};font-size:12.5px;line-height:19px;margin:8px 0 0;padding:9px 12px;background:#f2f4f7;border:1px solid #d5dae1;border-radius:4px;color:#1a2230;${BREAK}">${command.split(' ').map(wordHtml).join(' ')}</div>`;
}

/** An option is not broken at its hyphens; a long name may be. */
function wordHtml(word: string): string {
  return word.length > 32 ? html(word) : `<span style="white-space:nowrap">${html(word)}</span>`;
}

function moreHtml({ count, command }: NonNullable<Message['more']>): string {
  return `<tr><td class="ink" style="padding:0 4px 16px;${SANS};font-size:14px;line-height:21px;color:#1a2230">And ${count} more: ${codeHtml(command)}</td></tr>`;
}

/** For the first letter of a title that begins with one of our own words; a name keeps its case. */
function capital(title: string): string {
  return /^(read for|reading|paused|silent|nobody|role |again|built-in )/.test(title)
    ? title.charAt(0).toUpperCase() + title.slice(1)
    : title;
}
