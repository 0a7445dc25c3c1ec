/** Comparing levels of a ladder: `>= manage`. */

export interface Comparison {
  readonly operator: '>=' | '>' | '=' | '<' | '<=';
  readonly level: string;
}

const COMPARISON = /^(>=|<=|>|<|=)\s*([a-z][a-z-]*)$/;

export function comparisonOf(text: string): Comparison | undefined {
  const [, operator, level] = COMPARISON.exec(text.trim()) ?? [];
  return operator === undefined || level === undefined
    ? undefined
    : { operator: operator as Comparison['operator'], level };
}

/** @param held how high the held level stands, from 1; 0: nothing of the area */
export function compares(held: number, operator: Comparison['operator'], asked: number): boolean {
  switch (operator) {
    case '>=':
      return held >= asked;
    case '>':
      return held > asked;
    case '=':
      return held === asked;
    case '<':
      return held < asked;
    case '<=':
      return held <= asked;
  }
}
