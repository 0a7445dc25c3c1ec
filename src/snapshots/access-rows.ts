import { isBelow } from '../access/dn.js';
import type { RiskTier } from '../access/model.js';
import { latentPermissions, type PermissionModel } from '../access/permission-model.js';
import { GLOBAL_SCOPE, permissionsOf, RoleCatalogue, roleOf } from '../access/permissions.js';
import type { RiskTiers } from '../access/risk.js';
import type { AccessFacts, HeldRight, IdentityFacts, StatedIn } from './access-facts.js';
import { type PrincipalView, principalView } from './access-principal.js';

/** One permission that somebody has, by one path. */
export interface AccessRow {
  readonly principal: PrincipalView;
  /** Its label; of a role that no catalogue explains, `unclassified: …`. */
  readonly permission: string;
  readonly tier: RiskTier;
  /** Absent: held without a role. */
  readonly role?: { readonly id: string; readonly name?: string; readonly tier: RiskTier };
  readonly scope: { readonly key: string; readonly name?: string };
  /** `direct`, or `through OU …`. Nobody is shown through a group: its members are not known. */
  readonly path: string;
  /** Held, and without effect as long as one of these is missing. */
  readonly latent?: { readonly needs: readonly string[] };
  /** The lists that state the grant. */
  readonly statedIn: readonly StatedIn[];
}

export interface AccessFilter {
  /** Role ids. */
  readonly roles?: ReadonlySet<string>;
  /** In lower case. */
  readonly permission?: string;
  /** Identities, of whichever name space. */
  readonly principals?: ReadonlySet<string>;
}

/** Who can do what, by which path. */
export class AccessRows {
  private readonly adminOf: ReadonlyMap<string, string>;
  private readonly catalogue: RoleCatalogue;
  private readonly heldBy = new Map<string, HeldRight[]>();
  private readonly latent = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly facts: AccessFacts,
    private readonly tiers: RiskTiers,
    private readonly model: PermissionModel,
    private readonly ownAccount: string | null,
  ) {
    this.adminOf = new Map([...facts.links].map(([admin, entry]) => [entry, admin]));
    this.catalogue = new RoleCatalogue(facts.catalogue);
    for (const held of facts.held) {
      const holder = this.canonical(held.principal);
      const others = this.heldBy.get(holder);
      if (others === undefined) this.heldBy.set(holder, [held]);
      else others.push(held);
    }
  }

  rows(filter: AccessFilter): AccessRow[] {
    const principals = filter.principals && new Set([...filter.principals].map((id) => this.canonical(id)));
    const rows: AccessRow[] = [];
    for (const held of this.distinct(filter.roles)) {
      for (const { id, path } of this.holders(held, principals)) {
        if (principals && !principals.has(id)) continue;
        const principal = this.principal(id);
        for (const right of this.rights(held)) {
          if (filter.permission !== undefined && right.permission.toLowerCase() !== filter.permission)
            continue;
          const latent = this.latency(id, right);
          rows.push({ principal, ...right, path, ...latent, statedIn: held.statedIn });
        }
      }
    }
    return rows;
  }

  /** What two identities of one person state alike is one grant. */
  private distinct(roles: ReadonlySet<string> | undefined): HeldRight[] {
    const grants = new Map<string, HeldRight>();
    for (const held of this.facts.held) {
      if (roles && !roles.has(roleOf(held.target) ?? '')) continue;
      const principal = this.canonical(held.principal);
      const key = JSON.stringify([principal, held.target, held.inScope]);
      const same = grants.get(key);
      grants.set(
        key,
        same ? { ...same, statedIn: [...same.statedIn, ...held.statedIn] } : { ...held, principal },
      );
    }
    return [...grants.values()];
  }

  /** The holder itself; of a unit also who is below: everybody listed, and whoever was asked for. */
  private holders(
    held: HeldRight,
    principals: ReadonlySet<string> | undefined,
  ): { readonly id: string; readonly path: string }[] {
    const holders = [{ id: held.principal, path: 'direct' }];
    const ou = this.facts.identities.get(held.principal);
    if (ou?.type !== 'OU') return holders;
    const below = new Set(this.facts.people.find((people) => people.ou === ou.identityId)?.listed);
    for (const id of principals ?? []) {
      const entry = this.entryOf(id);
      if (entry && isPersonBelow(entry, ou)) below.add(entry.identityId);
    }
    const path = `through OU ${ou.key ?? ou.identityId}`;
    return [...holders, ...[...below].map((id) => ({ id: this.canonical(id), path }))];
  }

  private rights({
    target,
    inScope,
  }: HeldRight): Pick<AccessRow, 'permission' | 'tier' | 'role' | 'scope'>[] {
    const scopeName = this.facts.scopeNames.get(inScope);
    const scope = { key: inScope, ...(scopeName !== undefined && { name: scopeName }) };
    const role = roleOf(target);
    if (role !== undefined) return this.rightsOfRole(role, scope);
    return permissionsOf({ target, inScope }, this.catalogue).map((permission) => ({
      permission,
      tier: this.tiers.ofPermission(permission).tier,
      scope,
    }));
  }

  private rightsOfRole(
    id: string,
    scope: AccessRow['scope'],
  ): Pick<AccessRow, 'permission' | 'tier' | 'role' | 'scope'>[] {
    const permissions = this.catalogue.permissionsOf(id, scope.key);
    const name = this.roleName(id, scope.key);
    const { tier } = this.tiers.ofRole(id, permissions ?? [`role:${id}`]);
    const role = { id, ...(name !== null && { name }), tier };
    if (permissions === undefined) {
      return [{ permission: `unclassified: role ${id} is not in the catalogue`, tier, role, scope }];
    }
    return permissions.map((permission) => ({
      permission,
      tier: this.tiers.ofPermission(permission).tier,
      role,
      scope,
    }));
  }

  private latency(
    holder: string,
    { permission, scope }: Pick<AccessRow, 'permission' | 'scope'>,
  ): Pick<AccessRow, 'latent'> {
    const needs = this.model.requires.get(permission);
    if (needs === undefined || !this.latentOf(holder, scope.key).has(permission)) return {};
    return { latent: { needs } };
  }

  /** Over all that the holder has in the scope, whatever was asked for. */
  private latentOf(holder: string, inScope: string): ReadonlySet<string> {
    const key = JSON.stringify([holder, inScope]);
    const known = this.latent.get(key);
    if (known) return known;
    const held = (this.heldBy.get(holder) ?? []).filter((one) => one.inScope === inScope);
    const latent = latentPermissions(
      new Set(held.flatMap((one) => permissionsOf(one, this.catalogue))),
      this.model,
    );
    this.latent.set(key, latent);
    return latent;
  }

  /** As the catalogue of its space calls it, else Global's, else whatever its holders' records say. */
  private roleName(role: string, inScope: string): string | null {
    const called = (scope: string): string | null =>
      this.facts.catalogue.find((entry) => entry.role === role && entry.scope === scope)?.description ?? null;
    return called(inScope) ?? called(GLOBAL_SCOPE) ?? this.statedName(role);
  }

  private statedName(role: string): string | null {
    const word = this.facts.roleWords.find(
      ({ id, name, description }) => id === role && (description ?? name) !== null,
    );
    return word?.description ?? word?.name ?? null;
  }

  private principal(id: string): PrincipalView {
    const identity = this.facts.identities.get(id);
    if (identity === undefined) throw new Error(`principal ${id} has no identity: rolewatch fsck says more`);
    const entry = this.facts.links.get(id);
    const people = this.facts.people.find(({ ou }) => ou === id);
    return principalView(identity, {
      entry: entry === undefined ? undefined : this.facts.identities.get(entry),
      below: people?.count,
      ownAccount: this.ownAccount,
    });
  }

  /** A person who has an admin record is shown by it. */
  private canonical(id: string): string {
    return this.adminOf.get(id) ?? id;
  }

  private entryOf(id: string): IdentityFacts | undefined {
    return this.facts.identities.get(this.facts.links.get(id) ?? id);
  }
}

function isPersonBelow(entry: IdentityFacts, ou: IdentityFacts): boolean {
  if (entry.type !== 'USER' || entry.matchKey === null || ou.matchKey === null) return false;
  return isBelow(entry.matchKey, ou.matchKey);
}
