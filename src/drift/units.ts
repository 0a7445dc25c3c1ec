import type { Context } from './context.js';
import type { IdentityId, UnitFact } from './facts.js';
import type { Side } from './holdings.js';
import { latest } from './latest.js';
import type { Affected, Members } from './told.js';

/** The source's own count; where it gives none, the people that can be seen below; null: unknown. */
function countOf(unit: UnitFact, side: Side): number | null {
  return latest(unit.counts, side)?.[side] ?? unit.below?.[side].count ?? null;
}

/** People below a unit are known only if as many can be seen as the source counts. Those of a group cannot be seen. */
function isKnown(unit: UnitFact, side: Side): boolean {
  return unit.below !== null && unit.below[side].count === countOf(unit, side);
}

/** `members` of a group or unit, on the sides on which it is there; nothing for anybody else. */
export function membersOf(
  context: Context,
  id: IdentityId,
  sides: readonly Side[] = ['before', 'after'],
): { members?: Members } {
  const unit = context.unit(id);
  if (!unit) return {};
  const present = sides.filter((side) => unit.counts.some((count) => count[side] !== undefined));
  const last = present.at(-1);
  if (last === undefined) return { members: { known: false } };
  const counts = Object.fromEntries(present.map((side) => [side, countOf(unit, side)]));
  return { members: { ...counts, known: isKnown(unit, last) } };
}

/** For a change to the rights of a unit: the people below it, cut, and how many they are. */
export function peopleBelow(
  context: Context,
  id: IdentityId,
  side: Side,
): { affected?: readonly Affected[]; affectedCount?: number } {
  const people = context.unit(id)?.below?.[side];
  if (!people) return {};
  const affected = people.listed.map((one): Affected => ({ id: one, kind: 'directory-user' }));
  return { affected, affectedCount: people.count };
}
