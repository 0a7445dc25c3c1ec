import { permissionsOf, type RoleCatalogue } from '../access/permissions.js';
import { needsOneOf, type PermissionModel } from '../access/permission-model.js';
import type { NettedChange } from './net.js';
import { withLatent } from './side-effects.js';
import type { Effective } from './told.js';

const NOTHING: Effective = { gained: [], lost: [] };

/**
 * Over several snapshots a role may have been redefined in between. What somebody lost with it is of what it allowed at
 * the beginning, what somebody gained of what it allows at the end; the redefinition itself is a change of its own.
 */
export function withinRoles(
  changes: readonly NettedChange[],
  before: RoleCatalogue,
  after: RoleCatalogue,
  model: PermissionModel,
): NettedChange[] {
  return changes.map((change) => {
    const { role, scope, effective } = change;
    if (role === undefined || scope === undefined || effective === undefined) return change;
    const target = { target: `role:${role}`, inScope: scope };
    const [then, now] = [new Set(permissionsOf(target, before)), new Set(permissionsOf(target, after))];
    const within = ({ gained, lost }: Effective): Effective => ({
      gained: gained.filter((one) => now.has(one) || needsOneOf(one, now, model)),
      lost: lost.filter((one) => then.has(one) || needsOneOf(one, then, model)),
    });
    const { latent, ...rest } = change;
    return { ...rest, ...withLatent({ effective: within(effective), latent: within(latent ?? NOTHING) }) };
  });
}
