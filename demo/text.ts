/** What the demo says itself, around the commands it runs. */

const WIDTH = 96;

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export const heading = (title: string): string =>
  `\n━━ ${title} ${'━'.repeat(Math.max(0, WIDTH - title.length - 4))}`;

/** A command as one would type it, without what is the same for all. */
export const typed = (argv: readonly string[]): string =>
  `\n$ rolewatch ${argv.map((word) => (/^[\w.:/=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`;

/** Broken between words. */
export function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}
