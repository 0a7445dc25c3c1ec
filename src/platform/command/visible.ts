/**
 * C0 and C1 controls (tab and new line apart), and the marks that hide or reorder text. Names come from the systems
 * we watch: an escape sequence or a right-to-left override in one must not rewrite what an operator reads.
 */
const RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
];
const hex = (code: number): string => code.toString(16).padStart(4, '0');
const UNSAFE = new RegExp(`[${RANGES.map(([from, to]) => `\\u${hex(from)}-\\u${hex(to)}`).join('')}]`, 'g');

/** The text with every unsafe character as `\uXXXX`, which in JSON still means the same character. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${hex(character.charCodeAt(0))}`);
}
