/** Small helpers for collections, and one order for everything that is told. */

/** A group has at least one item. */
export type Group<T> = [T, ...T[]];

export function groupBy<T, K>(items: Iterable<T>, key: (item: T) => K): Map<K, Group<T>> {
  const groups = new Map<K, Group<T>>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** By code unit: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Decimal ids and keys in the order of their numbers; other keys after them, by code unit. */
export function compareKeys(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber && a.length !== b.length) return a.length - b.length;
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return compareText(a, b);
}

/** Members of `a` that are not in `b`, without repeats, in code-unit order. */
export function without(a: Iterable<string>, b: Iterable<string>): string[] {
  const others = new Set(b);
  return [...new Set(a)].filter((item) => !others.has(item)).sort(compareText);
}
