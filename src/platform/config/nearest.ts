import { distance } from 'fastest-levenshtein';

/** The known word that was most likely meant, or undefined where none is near: a wrong guess is worse than none. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const d = distance(typed, candidate.toLowerCase());
    if (best === undefined || d < best.distance) best = { word: candidate, distance: d };
  }
  return best !== undefined && best.distance <= allowed(word, best.word) ? best.word : undefined;
}

/** Two slips in a short word, more in a long one, never so many that nothing of the word is left. */
function allowed(word: string, candidate: string): number {
  const length = Math.max(word.length, candidate.length);
  return Math.min(Math.max(2, Math.floor(length / 3)), length - 1);
}

/** ` Did you mean "x"?`-style ending, empty where nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}
