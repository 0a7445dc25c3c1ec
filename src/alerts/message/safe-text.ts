/**
 * Texts of others, made safe to show: names come from the systems we watch, and whoever may set one would like it to
 * end a header, turn the reading direction, hide behind invisible characters, or become a link.
 */
import { commandWord } from '../../platform/visible.js';

/** Controls, format characters (directions, joiners, tags), private and unassigned ones, line and paragraph ends. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;
/** More marks on one letter than any script needs. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;
const FEW = 80;

/**
 * One line: composed (NFC), without a character that acts, at most `most` characters long. What was unsafe is shown
 * as `\uXXXX`, so that an attempt can be seen.
 */
export function safeText(text: string, most = FEW): string {
  // what is far beyond the limit need not be looked at
  const composed = text
    .slice(0, most * 4)
    .normalize('NFC')
    .replace(/[\t\r\n]+/g, ' ')
    .replace(UNSAFE, escaped)
    .replace(PILED_MARKS, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
  return cut(unlinked(composed), most);
}

/** Mail readers make links of what looks like one. */
function unlinked(text: string): string {
  return text.replaceAll('://', '[:]//').replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}[.]`);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Cuts between characters, never within one. */
export function cut(text: string, most: number): string {
  const characters = text.match(/./gsu) ?? [];
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML, in elements and in quoted attributes. */
export function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** One word of a command line that can be typed as it stands. */
export function shellWord(text: string): string {
  return commandWord(safeText(text, 200));
}
