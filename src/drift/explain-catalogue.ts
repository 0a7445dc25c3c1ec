import type { Cause, ChangeKind } from '../access/model.js';
import { heightOf, levelIn, type PermissionModel, rungOf } from '../access/permission-model.js';
import { compareKeys, compareText, type Group, groupBy, without } from './collect.js';
import type { Context } from './context.js';
import { type List, type RoleFact, STREAM } from './facts.js';
import { heldIn, type Holder, type Side } from './holdings.js';
import { type Effects, effectsOf, type Held, withLatent } from './side-effects.js';
import type { Affected, Draft, Effective, LevelStep } from './told.js';
import { membersOf } from './units.js';

/** One thing that is told of a role, as one or more scopes' catalogues show it. */
interface Difference {
  readonly fact: RoleFact;
  readonly what: ChangeKind;
  readonly cause: Cause;
  /** A single permission, or the area whose level changed. */
  readonly permission?: string;
  readonly level?: LevelStep;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/**
 * role-defined, role-redefined and role-retired: one for all scopes whose catalogues changed alike. Those who hold
 * the role are named in it and get no change of their own. Levels and switches of a role are told one by one, in the
 * words that those of a token have.
 */
export function explainCatalogue(context: Context): Draft[] {
  const watched = context.facts.roles.filter(
    (role) => context.readings.isKnown(listOf(role)) && !context.hasLeft(role.scope),
  );
  return [...groupBy(watched, (role) => role.role)]
    .sort(([a], [b]) => compareKeys(a, b))
    .flatMap(([, entries]) => explainRole(context, entries));
}

const listOf = (role: RoleFact): List => ({ stream: STREAM.roles, scope: role.scope });

function explainRole(context: Context, entries: readonly RoleFact[]): Draft[] {
  const having = entries
    .filter((entry) => entry.before !== null || entry.after !== null)
    .sort((a, b) => compareKeys(a.scope, b.scope));
  const differences = having.flatMap((entry) => differencesOf(entry, context.model));
  const alike = groupBy(differences, ({ what, permission, level, gained, lost }) =>
    JSON.stringify([what, permission, level, gained, lost]),
  );
  return [...alike]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, group]) => draftOf(context, group, group.length === having.length));
}

/** Descriptions and categories are texts of the server's version: a change of those alone tells nothing. */
function differencesOf(fact: RoleFact, model: PermissionModel): Difference[] {
  const [had, has] = [fact.before ?? [], fact.after ?? []];
  const [gained, lost] = [without(has, had), without(had, has)];
  if (fact.before === null) return [{ fact, what: 'role-defined', cause: 'catalogue', gained, lost }];
  if (fact.after === null) return [{ fact, what: 'role-retired', cause: 'catalogue', gained, lost }];
  const unrelated = (permissions: readonly string[]): string[] =>
    permissions.filter((one) => !rungOf(one, model) && !model.switches.has(one));
  const rest = { gained: unrelated(gained), lost: unrelated(lost) };
  return [
    ...(rest.gained.length + rest.lost.length > 0
      ? [{ fact, what: 'role-redefined' as const, cause: 'catalogue' as const, ...rest }]
      : []),
    ...stepsOf(fact, { gained, lost }, model),
    ...switchesOf(fact, { gained, lost }, model),
  ];
}

/** Somebody set the role's levels as one sets those of a token: told in the same words. */
function stepsOf(fact: RoleFact, { gained, lost }: Effective, model: PermissionModel): Difference[] {
  const [before, after] = [new Set(fact.before), new Set(fact.after)];
  return [...model.ladders].flatMap(([area, ladder]): Difference[] => {
    const level = { before: levelIn(area, before, model), after: levelIn(area, after, model) };
    if (level.before === level.after) return [];
    const raised = heightOf(area, level.after, model) > heightOf(area, level.before, model);
    const on = (permissions: readonly string[]): string[] =>
      permissions.filter((one) => ladder.includes(one));
    const what = raised ? 'level-raised' : 'level-lowered';
    return [{ fact, what, cause: 'assignment', permission: area, level, gained: on(gained), lost: on(lost) }];
  });
}

function switchesOf(fact: RoleFact, { gained, lost }: Effective, model: PermissionModel): Difference[] {
  const known = (permissions: readonly string[]): string[] =>
    permissions.filter((one) => model.switches.has(one));
  const told = (what: ChangeKind, permission: string) => ({
    fact,
    what,
    cause: 'assignment' as const,
    permission,
  });
  return [
    ...known(gained).map((one) => ({ ...told('permission-gained', one), gained: [one], lost: [] })),
    ...known(lost).map((one) => ({ ...told('permission-lost', one), gained: [], lost: [one] })),
  ];
}

function draftOf(context: Context, group: Group<Difference>, everywhere: boolean): Draft {
  const [first] = group;
  const scopes = group.map((one) => one.fact.scope);
  const { what, cause, permission, level } = first;
  const bearers = bearersOf(context, first, scopes);
  const affected = bearers.map(({ id }): Affected => ({
    id,
    kind: context.kindOf(id),
    ...membersOf(context, id, [sideOf(first)]),
  }));
  return {
    what,
    cause,
    kind: 'role',
    subject: first.fact.identity,
    role: first.fact.role,
    ...(permission !== undefined && { permission }),
    ...(level && { level }),
    ...(!everywhere && { scopes }),
    ...withLatent(effectsOn(context, first, scopes, bearers)),
    window: context.readings.windowOf(
      listOf(first.fact),
      first.what === 'role-retired' ? first.fact.identity : undefined,
    ),
    affected,
    affectedCount: affected.length,
  };
}

const sideOf = ({ what }: Difference): Side => (what === 'role-retired' ? 'before' : 'after');

/** Who holds the role where these scopes' catalogues say what it means: now, or until now if it was retired. */
function bearersOf(context: Context, change: Difference, scopes: readonly string[]): Holder[] {
  return context.holders.filter((holder) => scopesOfRole(context, holder, change, scopes).length > 0);
}

function scopesOfRole(
  { catalogue }: Context,
  holder: Holder,
  change: Difference,
  scopes: readonly string[],
): string[] {
  const { role } = change.fact;
  const side = sideOf(change);
  return holder.grants
    .filter(({ target, inScope, [side]: isHeld }) => {
      const deciding = catalogue.decidingScope(role, inScope, side);
      return target === `role:${role}` && isHeld && deciding !== undefined && scopes.includes(deciding);
    })
    .map(({ inScope }) => inScope);
}

/**
 * What the change of the role gives or takes: taken for itself, and together with all else that its holders have, since
 * a permission of the role may be latent without a right that they have from elsewhere.
 */
function effectsOn(
  context: Context,
  change: Difference,
  scopes: readonly string[],
  bearers: readonly Holder[],
): Effects {
  const { catalogue, model } = context;
  const { before, after } = change.fact;
  const alone: Held = { before: new Set(before), after: new Set(after) };
  const all = new Set([...without(alone.after, alone.before), ...without(alone.before, alone.after)]);
  const permissions = new Set([...change.gained, ...change.lost]);
  const part = { permissions, others: new Set(without(all, permissions)) };
  const itself = effectsOf(alone, part, model);
  if (model.requires.size === 0) return itself;
  const theirs = bearers.flatMap((holder) =>
    scopesOfRole(context, holder, change, scopes).map((scope) => {
      const held = {
        before: heldIn(holder, scope, 'before', catalogue),
        after: heldIn(holder, scope, 'after', catalogue),
      };
      return effectsOf(held, part, model).effective;
    }),
  );
  const either = (way: 'gained' | 'lost'): string[] =>
    without([...itself.effective[way], ...theirs.flatMap((effective) => effective[way])], []);
  const effective = { gained: either('gained'), lost: either('lost') };
  return {
    effective,
    latent: {
      gained: without(itself.latent.gained, effective.gained),
      lost: without(itself.latent.lost, effective.lost),
    },
  };
}
