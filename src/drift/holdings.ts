import { GLOBAL_SCOPE, permissionsOf, RoleCatalogue, type RoleEntry, roleOf } from '../access/permissions.js';
import { livePermissions } from '../access/permission-model.js';
import { compareKeys, compareText, groupBy, without } from './collect.js';
import {
  type Facts,
  type GrantFact,
  type IdentityFact,
  type IdentityId,
  type LinkFact,
  type RoleFact,
} from './facts.js';

const SIDES = ['before', 'after'] as const;
export type Side = (typeof SIDES)[number];

/** A principal with the grants of all identities that are linked to it, before or after. */
export interface Holder {
  readonly id: IdentityId;
  readonly grants: readonly GrantFact[];
}

/**
 * Resolves identities over the links of both sides, so that a link coming or going never moves a right.
 * The answer is the admin identity among those linked, else the oldest.
 */
export function resolver(
  links: readonly LinkFact[],
  identities: readonly IdentityFact[],
): (id: IdentityId) => IdentityId {
  const parents = new Map<IdentityId, IdentityId>();
  const root = (id: IdentityId): IdentityId => {
    let at = id;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    return at;
  };
  const isAdmin = new Set(identities.filter((one) => one.nameSpace === 'admin').map((one) => one.id));
  const rank = (a: IdentityId, b: IdentityId): number =>
    Number(isAdmin.has(b)) - Number(isAdmin.has(a)) || compareKeys(a, b);
  for (const link of links) {
    const [one, other] = [root(link.identity), root(link.to)];
    const [top, below] = rank(one, other) < 0 ? [one, other] : [other, one];
    if (top !== below) parents.set(below, top);
  }
  return root;
}

/** All holders in the facts, in order, each grant once however many linked identities hold it. */
export function holders(facts: Facts, resolve: (id: IdentityId) => IdentityId): Holder[] {
  const byHolder = groupBy(facts.grants, (grant) => resolve(grant.principal));
  return [...byHolder]
    .map(([id, grants]) => ({ id, grants: mergeGrants(grants) }))
    .sort((a, b) => compareKeys(a.id, b.id));
}

function mergeGrants(grants: readonly GrantFact[]): GrantFact[] {
  const distinct = groupBy(grants, (grant) => JSON.stringify([grant.target, grant.inScope]));
  return [...distinct.values()]
    .map((same) => same.reduce(mergeTwo))
    .sort((a, b) => compareKeys(a.inScope, b.inScope) || compareText(a.target, b.target));
}

function mergeTwo(one: GrantFact, other: GrantFact): GrantFact {
  return {
    // the identity whose record went: its reads bound the window
    principal: other.closed.length > 0 ? other.principal : one.principal,
    target: one.target,
    inScope: one.inScope,
    before: one.before || other.before,
    after: one.after || other.after,
    opened: [...one.opened, ...other.opened],
    closed: [...one.closed, ...other.closed],
  };
}

/** Role catalogues of both sides. */
export class Catalogue {
  private readonly sides: Readonly<Record<Side, RoleCatalogue>>;
  private readonly listed: ReadonlySet<string>;

  constructor(roles: readonly RoleFact[]) {
    const entries = (side: Side): RoleEntry[] =>
      roles.flatMap(({ role, scope, [side]: permissions }) =>
        permissions ? [{ role, scope, permissions }] : [],
      );
    this.sides = { before: new RoleCatalogue(entries('before')), after: new RoleCatalogue(entries('after')) };
    this.listed = new Set(
      SIDES.flatMap((side) => entries(side).map(({ role, scope }) => JSON.stringify([side, role, scope]))),
    );
  }

  /** The scope whose entry says what the role means in `inScope`, or undefined where no catalogue has it. */
  decidingScope(role: string, inScope: string, side: Side): string | undefined {
    return [inScope, GLOBAL_SCOPE].find((scope) => this.listed.has(JSON.stringify([side, role, scope])));
  }

  /** What a target allows. */
  permissions(target: string, inScope: string, side: Side): readonly string[] {
    return permissionsOf({ target, inScope }, this.sides[side]);
  }

  /** What a target allowed before, where nothing says any more what it allows; else nothing. */
  permissionsUnknownAfter(target: string, inScope: string): readonly string[] {
    const role = roleOf(target);
    if (role === undefined || this.decidingScope(role, inScope, 'after') !== undefined) return [];
    return this.permissions(target, inScope, 'before');
  }
}

/** Every permission that the holder has in a scope on one side, those without effect included. */
export function heldIn(holder: Holder, inScope: string, side: Side, catalogue: Catalogue): Set<string> {
  const held = holder.grants.filter((grant) => grant.inScope === inScope && grant[side]);
  return new Set(held.flatMap((grant) => catalogue.permissions(grant.target, inScope, side)));
}

/**
 * Permissions that somebody held with effect before, a person, a group or a unit, and nobody does after, in code-unit
 * order. What a group or unit holds counts without what it needs, which its people may hold elsewhere. A role that no
 * catalogue defined before stands for itself until nobody holds it: that its definition was learnt takes nothing. One that
 * no catalogue defines any more, while somebody still holds it, may allow what it did.
 */
export function permissionsLostByEverybody(facts: Facts): string[] {
  const catalogue = new Catalogue(facts.roles);
  const heldAt = (side: Side) => facts.heldByAnybody.filter((held) => held[side]);
  const allowed = (side: Side): string[] =>
    heldAt(side).flatMap(({ targets, inScope, byUnit }) => {
      const held = new Set(targets.flatMap((target) => catalogue.permissions(target, inScope, side)));
      return [...(byUnit ? held : livePermissions(held, facts.model))];
    });
  const unknown = heldAt('after').flatMap(({ targets, inScope }) =>
    targets.flatMap((target) => catalogue.permissionsUnknownAfter(target, inScope)),
  );
  const after = new Set([
    ...allowed('after'),
    ...heldAt('after').flatMap(({ targets }) => targets),
    ...unknown,
  ]);
  return without(allowed('before'), after);
}
