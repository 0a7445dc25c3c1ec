import { livePermissions } from '../access/permission-model.js';
import { compareKeys, compareText } from './collect.js';
import type { Context } from './context.js';
import type { BelowFact, UnitFact } from './facts.js';
import { heldIn } from './holdings.js';
import { turn } from './latest.js';
import type { Affected, Draft } from './told.js';
import { membersOf } from './units.js';

/** members-changed: of groups and units that hold rights on both sides; nothing is told of others. */
export function explainMembers(context: Context): Draft[] {
  return [...context.facts.units]
    .sort((a, b) => compareKeys(a.id, b.id))
    .filter((unit) => holdsThroughout(context, unit))
    .flatMap((unit) => explainUnit(context, unit));
}

function holdsThroughout(context: Context, unit: UnitFact): boolean {
  const grants = context.holders.find((holder) => holder.id === unit.id)?.grants ?? [];
  return grants.some((grant) => grant.before) && grants.some((grant) => grant.after);
}

/** The rights that joining gave, or leaving took. */
function allowed({ holders, catalogue, model }: Context, unit: UnitFact): string[] {
  const holder = holders.find((one) => one.id === unit.id);
  const scopes = new Set(holder?.grants.map((grant) => grant.inScope));
  const permissions = [...scopes].flatMap((scope) =>
    holder ? [...livePermissions(heldIn(holder, scope, 'after', catalogue), model)] : [],
  );
  return [...new Set(permissions)].sort(compareText);
}

function explainUnit(context: Context, unit: UnitFact): Draft[] {
  const moved = unit.below ? movedPeople(unit.below) : null;
  const list =
    context.readings.deciding(moved?.affectedCount ? (unit.below?.touched ?? []) : []) ??
    turn(unit.counts, context.readings)?.list;
  if (!list) return [];
  const kind = context.kindOf(unit.id);
  return [
    {
      what: 'members-changed',
      cause: kind === 'ldap-ou' ? 'ou' : 'group',
      kind,
      subject: unit.id,
      window: context.readings.windowOf(list),
      members: { known: false, ...membersOf(context, unit.id).members, allows: allowed(context, unit) },
      ...moved,
    },
  ];
}

function movedPeople({ appeared, vanished }: BelowFact): { affected: Affected[]; affectedCount: number } {
  const listed = (people: BelowFact['before'], presentOnly: 'before' | 'after'): Affected[] =>
    people.listed.map((id) => ({ id, kind: 'directory-user', presentOnly }));
  return {
    affected: [...listed(appeared, 'after'), ...listed(vanished, 'before')],
    affectedCount: appeared.count + vanished.count,
  };
}
