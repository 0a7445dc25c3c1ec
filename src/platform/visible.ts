/**
 * Controls (tab and new line apart), and the marks that hide or reorder text. Names come from the systems we watch: an
 * escape sequence or a right-to-left override in one must not rewrite what an operator reads.
 */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with every unsafe character as `\uXXXX`, which in JSON still means the same character. */
export function visible(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** A line of a text, whatever names are in it: a line end in one must not begin what looks like a line of ours. */
export function oneLine(text: string): string {
  return visible(text).replaceAll('\n', escaped);
}

/** One word of a command line that can be typed as it stands, whoever chose it. */
export function commandWord(text: string): string {
  const shown = oneLine(text);
  return /^-$|^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
