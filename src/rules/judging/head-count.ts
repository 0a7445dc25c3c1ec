/** How many people hold something, where members of groups cannot be seen: at least, and at most. Pure arithmetic. */

import { isBelow } from '../../access/dn.js';

/** One that holds something: a single principal, or a group or unit with its people. */
export interface Holder {
  readonly id: string;
  /** Null: a single principal. */
  readonly members: { readonly count: number | null; readonly known: boolean } | null;
  /** Of a unit: the comparison key of its DN, which says what lies below what. Null where there is none. */
  readonly place: string | null;
  /** Of a single principal: through which groups or units it holds it. Those people are among their members. */
  readonly through: ReadonlySet<string>;
}

export interface Range {
  readonly least: number;
  /** Infinity where a number of members is not known. */
  readonly most: number;
}

/**
 * Of units whose people are known, everybody is counted once. Members of other groups may be people who are counted already:
 * the largest group alone is certain, and all of them together are possible.
 */
export function headCount(holders: readonly Holder[]): Range {
  const single = holders.filter(({ members }) => members === null);
  const known = holders.flatMap(({ id, members, place }) =>
    members?.known === true && members.count !== null ? [{ id, count: members.count, place }] : [],
  );
  const unknown = holders.flatMap(({ members }) =>
    members === null || (members.known && members.count !== null) ? [] : [members.count],
  );
  // a person below a counted unit is among the unit's people
  const counted = new Set(known.map(({ id }) => id));
  const apart =
    counted.size === 0
      ? single.length
      : single.filter(({ through }) => ![...through].some((id) => counted.has(id))).length;
  // the people of a unit below another one are among the upper one's
  const upper = known.filter((unit) => !known.some((other) => liesBelow(unit.place, other.place)));
  const sizes = upper.map(({ count }) => count);
  const together = sizes.reduce((sum, count) => sum + count, 0);
  const placed = upper.every(({ place }) => place !== null);
  const certain = apart + (placed ? together : Math.max(0, ...sizes));
  const possible = apart + together;
  return {
    least: Math.max(certain, single.length, ...unknown.map((count) => count ?? 0)),
    most: unknown.reduce<number>((sum, count) => sum + (count ?? Infinity), possible),
  };
}

function liesBelow(place: string | null, other: string | null): boolean {
  return place !== null && other !== null && isBelow(place, other);
}

/** Rows, whatever stands behind each. */
export function rowCount(holders: readonly Holder[]): Range {
  return { least: holders.length, most: holders.length };
}

/** What percentage the first is of the second, at least and at most; nothing of nothing is 0. */
export function percentage(part: Range, whole: Range): Range {
  const of = (a: number, b: number): number => (b === 0 ? 0 : (100 * a) / b);
  return {
    least: Math.min(100, of(part.least, Math.max(whole.most, part.least))),
    most: Math.min(100, of(part.most, Math.max(whole.least, 1))),
  };
}

/** Whether a range is beyond a bound: surely, surely not, or perhaps. */
export function beyond({ least, most }: Range, bound: number, side: 'above' | 'below'): boolean | undefined {
  if (side === 'above') return least > bound ? true : most > bound ? undefined : false;
  return most < bound ? true : least < bound ? undefined : false;
}

/** `4`, `4 to 9`, `at least 4` */
export function shown({ least, most }: Range): string {
  const round = (n: number): string => String(Math.round(n * 10) / 10);
  if (least === most) return round(least);
  return most === Infinity ? `at least ${round(least)}` : `${round(least)} to ${round(most)}`;
}
