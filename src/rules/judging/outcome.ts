/** What a matcher says of a subject, and how several of them come together. */
import type { Because } from '../verdicts.js';

/** One thing that was matched. */
export interface Reason {
  readonly because: Because;
  /** What a waiver accepts of it. */
  readonly matched: string;
}

/** It is so, for these reasons. */
export interface Hit {
  readonly is: 'hit';
  readonly reasons: readonly Reason[];
  /** The end of "… Not so: holds Wipe device". */
  readonly fact: string;
}
interface Miss {
  readonly is: 'miss';
}
/** It cannot be known. */
export interface Unknown {
  readonly is: 'unknown';
  readonly why: string;
}
export type Outcome = Hit | Miss | Unknown;

export const MISS: Miss = { is: 'miss' };

export function hit(reasons: readonly Reason[], fact: string): Hit {
  return { is: 'hit', reasons, fact };
}

/** A reason that is no right. */
export function noted(note: string, matched = note): Reason {
  return { because: { note }, matched };
}

/** All must be so. One that is not decides, whatever is unknown beside it. */
export function allOf(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.some(({ is }) => is === 'miss')) return MISS;
  const unknown = outcomes.find((outcome) => outcome.is === 'unknown');
  if (unknown !== undefined) return unknown;
  const hits = outcomes.filter((outcome) => outcome.is === 'hit');
  return hit(
    hits.flatMap(({ reasons }) => reasons),
    [...new Set(hits.map(({ fact }) => fact))].join('; '),
  );
}

/** One is enough: of several scopes. What is so is told of all of them. */
export function anyOf(outcomes: readonly Outcome[]): Outcome {
  const hits = outcomes.filter((outcome) => outcome.is === 'hit');
  if (hits.length > 0) return allOf(hits);
  return outcomes.find((outcome) => outcome.is === 'unknown') ?? MISS;
}

const MOST_NAMED = 5;

/** `a, b and 3 more` */
export function listed(names: Iterable<string>): string {
  const all = [...new Set(names)].sort();
  const named = all.slice(0, MOST_NAMED).join(', ');
  return all.length > MOST_NAMED ? `${named} and ${String(all.length - MOST_NAMED)} more` : named;
}
