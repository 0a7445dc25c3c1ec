import { compareKeys, compareText } from './collect.js';
import { type List, sameList, type Stated } from './facts.js';
import type { Side } from './holdings.js';
import type { Readings } from './windows.js';

const READ = { before: 'readBefore', after: 'readAfter' } as const;

/** Where lists state different values, the one read last decides; of two read at once, the first by name. */
export function latest<T>(stated: readonly Stated<T>[], side: Side): Stated<T> | undefined {
  const time = (one: Stated<T>): number => one[READ[side]]?.getTime() ?? Number.NEGATIVE_INFINITY;
  return stated
    .filter((one) => one[side] !== undefined)
    .sort(
      (a, b) =>
        time(b) - time(a) ||
        compareText(a.list.stream, b.list.stream) ||
        compareKeys(a.list.scope, b.list.scope),
    )
    .at(0);
}

export interface Turn<T> {
  readonly before: Stated<T>;
  readonly after: Stated<T>;
  readonly from: T;
  readonly to: T;
  /** The list that told of it. */
  readonly list: List;
}

/**
 * From the value that was decided before to the one decided after; nothing unless a known list itself went over to the
 * new value: lists that always differed and were read in another order are no change.
 */
export function turn<T>(stated: readonly Stated<T>[], readings: Readings): Turn<T> | undefined {
  const [before, after] = [latest(stated, 'before'), latest(stated, 'after')];
  if (before?.before === undefined || after?.after === undefined) return undefined;
  const [from, to] = [before.before, after.after];
  if (from === to) return undefined;
  const turned = stated.filter((one) => one.after === to && one.before !== undefined && one.before !== to);
  const list = turned.some((one) => sameList(one.list, after.list))
    ? readings.deciding([after.list])
    : readings.deciding(turned.map((one) => one.list));
  return list && { before, after, from, to, list };
}
