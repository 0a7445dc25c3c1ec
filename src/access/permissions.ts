/** Who can do what: grants and a catalogue of roles in, effective permissions out. */

/** The scope whose catalogue stands in where a scope has none of its own. */
export const GLOBAL_SCOPE = '1';

const ROLE = 'role:';
const PERMISSION = 'permission:';

/** A principal holds a role (`role:<key>`) or a single permission (`permission:<key>`) in a scope. */
export interface HeldTarget {
  readonly target: string;
  readonly inScope: string;
}

/** What a role means where. */
export interface RoleEntry {
  readonly scope: string;
  readonly role: string;
  readonly permissions: readonly string[];
}

/** The key of the role that a target names, or undefined where it names a permission. */
export function roleOf(target: string): string | undefined {
  return target.startsWith(ROLE) ? target.slice(ROLE.length) : undefined;
}

/** The key of the permission that a target names, or undefined where it names a role. */
export function permissionOf(target: string): string | undefined {
  return target.startsWith(PERMISSION) ? target.slice(PERMISSION.length) : undefined;
}

/** The roles of one source at one moment. Spaces may define the same role differently. */
export class RoleCatalogue {
  private readonly byScope = new Map<string, Map<string, readonly string[]>>();

  constructor(entries: Iterable<RoleEntry>) {
    for (const { scope, role, permissions } of entries) {
      const roles = this.byScope.get(scope) ?? new Map<string, readonly string[]>();
      this.byScope.set(scope, roles.set(role, permissions));
    }
  }

  /** The role as its scope defines it, else as Global does, else undefined: nobody has defined it. */
  permissionsOf(role: string, scope: string): readonly string[] | undefined {
    return this.byScope.get(scope)?.get(role) ?? this.byScope.get(GLOBAL_SCOPE)?.get(role);
  }
}

/** What one target allows in a scope. A role that nobody has defined stands for itself: unclassified, never nothing. */
export function permissionsOf({ target, inScope }: HeldTarget, catalogue: RoleCatalogue): readonly string[] {
  const role = roleOf(target);
  if (role !== undefined) return catalogue.permissionsOf(role, inScope) ?? [target];
  return [permissionOf(target) ?? target];
}

/**
 * By scope, the union of what all grants allow there, what is latent included (permission-model.ts tells it apart). A
 * right in one scope says nothing about another.
 */
export function effectivePermissions(
  grants: Iterable<HeldTarget>,
  catalogue: RoleCatalogue,
): ReadonlyMap<string, ReadonlySet<string>> {
  const effective = new Map<string, Set<string>>();
  for (const grant of grants) {
    const inScope = effective.get(grant.inScope) ?? new Set<string>();
    for (const permission of permissionsOf(grant, catalogue)) inScope.add(permission);
    effective.set(grant.inScope, inScope);
  }
  return effective;
}

/** Whether holding the first makes the second superfluous. */
export function covers(permissions: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return others.size <= permissions.size && [...others].every((permission) => permissions.has(permission));
}

/** Two roles of which one allows all that the other does. */
export interface RoleCover {
  readonly role: string;
  readonly covered: string;
}

/** Every pair of different roles where one covers the other; two that allow the same cover each other. */
export function roleCovers(roles: ReadonlyMap<string, readonly string[]>): RoleCover[] {
  const sets = [...roles].map(([role, permissions]) => ({ role, permissions: new Set(permissions) }));
  return sets.flatMap(({ role, permissions }) =>
    sets
      .filter((other) => other.role !== role && covers(permissions, other.permissions))
      .map((other) => ({ role, covered: other.role })),
  );
}
