import { isBelow } from '../access/dn.js';
import type { RiskTier } from '../access/model.js';
import { GLOBAL_SCOPE, RoleCatalogue } from '../access/permissions.js';
import type { RiskTiers } from '../access/risk.js';
import type { AccessFacts, HeldRole, IdentityFacts, StatedIn } from './access-facts.js';
import { type PrincipalView, principalView } from './access-principal.js';

/** One permission that somebody has, by one path. */
export interface AccessRow {
  readonly principal: PrincipalView;
  /** Its label; of a role that no catalogue explains, `unclassified: …`. */
  readonly permission: string;
  readonly role: { readonly id: string; readonly name?: string; readonly tier: RiskTier };
  readonly scope: { readonly key: string; readonly name?: string };
  /** `direct`, or `through OU …`. Nobody is shown through a group: its members are not known. */
  readonly path: string;
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

  constructor(
    private readonly facts: AccessFacts,
    private readonly tiers: RiskTiers,
    private readonly ownAccount: string | null,
  ) {
    this.adminOf = new Map([...facts.links].map(([admin, entry]) => [entry, admin]));
    this.catalogue = new RoleCatalogue(facts.catalogue);
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
          rows.push({ principal, ...right, path, statedIn: held.statedIn });
        }
      }
    }
    return rows;
  }

  /** What two identities of one person state alike is one grant. */
  private distinct(roles: ReadonlySet<string> | undefined): HeldRole[] {
    const grants = new Map<string, HeldRole>();
    for (const held of this.facts.held) {
      if (roles && !roles.has(held.role)) continue;
      const principal = this.canonical(held.principal);
      const key = JSON.stringify([principal, held.role, held.inScope]);
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
    held: HeldRole,
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

  private rights({ role, inScope }: HeldRole): Pick<AccessRow, 'permission' | 'role' | 'scope'>[] {
    const permissions = this.catalogue.permissionsOf(role, inScope);
    const name = this.roleName(role, inScope);
    const scopeName = this.facts.scopeNames.get(inScope);
    const shown = {
      role: {
        id: role,
        ...(name !== null && { name }),
        tier: this.tiers.ofRole(role, permissions ?? []).tier,
      },
      scope: { key: inScope, ...(scopeName !== undefined && { name: scopeName }) },
    };
    const labels = permissions ?? [`unclassified: role ${role} is not in the catalogue`];
    return labels.map((permission) => ({ permission, ...shown }));
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
