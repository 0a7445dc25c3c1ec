import type { CoverageSlot } from './coverage.view.js';

const WORDS: Record<CoverageSlot['state'], string> = {
  due: 'due',
  leased: 'reading',
  published: 'published',
  failed: 'failed',
  missed: 'missed',
};

/** From when on the slots of a source are still there. */
export interface KeptSince {
  readonly source: string;
  readonly since: string;
}

/** One line for each slot, newest first, as the terminal shows it. */
export function coverageText(slots: readonly CoverageSlot[], kept: readonly KeptSince[] = []): string {
  if (slots.length === 0)
    return 'No slot was seen yet: they are seen by `rolewatch serve` and made by `rolewatch run`.';
  const ends = kept.map(({ source, since }) => `${source}: what was due before ${since} is no longer kept`);
  return [...slots.map(slotText), ...ends].join('\n');
}

function slotText({ source, dueAt, trigger, state, seq, why }: CoverageSlot): string {
  const how = [
    ...(seq === undefined ? [] : [`snapshot ${String(seq)}`]),
    ...(trigger === 'manual' ? ['run now'] : []),
    ...(why === undefined ? [] : [why]),
  ].join(', ');
  return `${source} ${dueAt}  ${WORDS[state].padEnd(9)}${how === '' ? '' : `  ${how}`}`.trimEnd();
}
