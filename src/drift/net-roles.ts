import { permissionsOf, type RoleCatalogue } from '../access/permissions.js';
import type { NettedChange } from './net.js';

/**
 * Over several snapshots a role may have been redefined in between. What somebody lost with it is of what it allowed at
 * the beginning, what somebody gained of what it allows at the end; the redefinition itself is a change of its own.
 */
export function withinRoles(
  changes: readonly NettedChange[],
  before: RoleCatalogue,
  after: RoleCatalogue,
): NettedChange[] {
  return changes.map((change) => {
    const { what, role, scope, effective } = change;
    if (role === undefined || scope === undefined || effective === undefined) return change;
    if (what !== 'role-granted' && what !== 'role-revoked') return change;
    const target = { target: `role:${role}`, inScope: scope };
    const [then, now] = [permissionsOf(target, before), permissionsOf(target, after)];
    const gained = effective.gained.filter((permission) => now.includes(permission));
    const lost = effective.lost.filter((permission) => then.includes(permission));
    return { ...change, effective: { gained, lost } };
  });
}
