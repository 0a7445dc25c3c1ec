/**
 * A message as Slack takes it, and what calls itself compatible. Pure.
 *
 * Everything that a source may have named stands in plain_text objects: Slack makes no link, mention or formatting of
 * what is in them. `&`, `<` and `>` are escaped besides, as they have to be in every text. Marked up is only our own.
 */
import type { Card, Message } from './message.js';

/** Slack refuses a message with more, and as a whole. */
const BLOCKS = 50;
const HEADER = 150;
const SECTION = 3_000;
/** The line that notifications show. */
const TEXT = 300;

type Block =
  | { readonly type: 'header' | 'section'; readonly text: PlainText | Marked }
  | { readonly type: 'context'; readonly elements: readonly (PlainText | Marked)[] };
interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  /** `:name:` stays what it is. */
  readonly emoji: false;
}
interface Marked {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

/** @param subject as a mail would have it */
export function slackBody(message: Message, subject: string): string {
  const { cards, more, footer, headline } = message;
  // a header, a line for what is left, and a footer stand beside the cards, which are two blocks each
  const shown = cards.slice(0, (BLOCKS - 3) / 2);
  const left = cards.length - shown.length + (more?.count ?? 0);
  const blocks: Block[] = [
    { type: 'header', text: plain(headline, HEADER) },
    ...shown.flatMap(cardBlocks),
    ...(left > 0 ? [section(`And ${left} more: ${more?.command ?? 'rolewatch alerts'}`)] : []),
    { type: 'context', elements: [plain(footer.join('\n'), SECTION)] },
  ];
  return JSON.stringify({ text: unmarked(subject, TEXT), mrkdwn: false, blocks });
}

function cardBlocks({ severity, tag = severity, title, lines, step }: Card): Block[] {
  const command = step.command === undefined ? [] : [step.command];
  const text = [title, ...lines.map((line) => `•  ${line}`), `What to do: ${step.text}`, ...command].join(
    '\n',
  );
  return [
    { type: 'context', elements: [{ type: 'mrkdwn', text: `*${tag.toUpperCase()}*`, verbatim: true }] },
    section(text),
  ];
}

const section = (text: string): Block => ({ type: 'section', text: plain(text, SECTION) });
const plain = (text: string, most: number): PlainText => ({
  type: 'plain_text',
  text: fitted(text, most),
  emoji: false,
});

/**
 * What others than Slack may show as Markdown, and take mentions from: names lose what could act there. Slack itself
 * shows it in notifications only.
 */
function unmarked(text: string, most: number): string {
  return fitted(
    text
      .replace(/[*_~`|\\]/g, ' ')
      .replaceAll('@', '(at)')
      .replace(/[[\]]/g, (c) => (c === '[' ? '(' : ')')),
    most,
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escaped, and cut so that it is at most so long when it is. */
function fitted(text: string, most: number): string {
  let length = 0;
  let kept = 0;
  for (const character of text) {
    length += (ENTITIES[character] ?? character).length;
    if (length > most) return `${escaped(text.slice(0, kept).trimEnd())}…`;
    // one is left for the sign that something was cut
    if (length < most) kept += character.length;
  }
  return escaped(text);
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
