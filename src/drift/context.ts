import type { PrincipalKind } from '../access/model.js';
import type { PermissionModel } from '../access/permission-model.js';
import { groupBy } from './collect.js';
import type { Facts, IdentityFact, IdentityId, UnitFact } from './facts.js';
import { Catalogue, type Holder, holders, resolver } from './holdings.js';
import { Readings } from './windows.js';

/** The facts of one pair of snapshots, indexed for those who explain a part of them. */
export interface Context {
  readonly facts: Facts;
  readonly model: PermissionModel;
  readonly readings: Readings;
  readonly catalogue: Catalogue;
  readonly holders: readonly Holder[];
  /** The principal that an identity is part of. */
  readonly resolve: (id: IdentityId) => IdentityId;
  /** Identities of a principal. */
  readonly partsOf: (principal: IdentityId) => readonly IdentityFact[];
  readonly identity: (id: IdentityId) => IdentityFact | undefined;
  readonly kindOf: (id: IdentityId) => PrincipalKind;
  readonly unit: (id: IdentityId) => UnitFact | undefined;
  readonly hasLeft: (scope: string) => boolean;
}

export function contextOf(facts: Facts): Context {
  const identities = new Map(facts.identities.map((one) => [one.id, one]));
  const units = new Map(facts.units.map((unit) => [unit.id, unit]));
  const left = facts.left;
  const resolve = resolver(facts.links, facts.identities);
  const parts = groupBy(facts.identities, (one) => resolve(one.id));
  return {
    facts,
    model: facts.model,
    resolve,
    readings: new Readings(facts),
    catalogue: new Catalogue(facts.roles),
    holders: holders(facts, resolve),
    partsOf: (principal) => parts.get(principal) ?? [],
    identity: (id) => identities.get(id),
    kindOf: (id) => identities.get(id)?.kind ?? 'directory-user',
    unit: (id) => units.get(id),
    hasLeft: (scope) => left.has(scope),
  };
}
