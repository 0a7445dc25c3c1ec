import { latentPermissions, type PermissionModel } from '../access/permission-model.js';
import { permissionOf, permissionsOf, RoleCatalogue, roleOf } from '../access/permissions.js';
import { groupBy } from '../drift/collect.js';
import type { Sql } from '../platform/tx.js';
import { catalogueAt } from '../snapshots/catalogue.view.js';
import { grantsAt } from '../snapshots/grants.view.js';
import type { HeldRight } from './worth-telling-facts.js';

const SCOPES = `
  SELECT DISTINCT w.scope FROM watch w
   WHERE w.source = $1 AND w.first_complete_seq = $2 AND w.scope <> ''
     AND EXISTS (SELECT FROM grant_ g WHERE g.source = $1 AND g.stream = w.stream AND g.scope = w.scope AND g.until_seq IS NULL)`;

/**
 * Roles and single rights in the scopes whose lists of principals had their first complete read with this snapshot.
 * What has no effect without another right is not among them: it is told the day it has.
 */
export async function firstReadRights(
  sql: Sql,
  source: string,
  seq: number,
  model: PermissionModel,
): Promise<HeldRight[]> {
  const scopes = await sql.query<{ scope: string }>(SCOPES, [source, seq]);
  if (scopes.length === 0) return [];
  const grants = await grantsAt(sql, source, seq, { inScopes: scopes.map(({ scope }) => scope) });
  const catalogue = new RoleCatalogue(await catalogueAt(sql, source, seq));
  const held = grants.map(({ principal, target, inScope }) => {
    const [role, permission] = [roleOf(target), permissionOf(target)];
    return {
      ...{ identity: principal, scope: inScope, permissions: permissionsOf({ target, inScope }, catalogue) },
      ...(role !== undefined && { role }),
      ...(permission !== undefined && { permission }),
    };
  });
  const ofHolders = groupBy(held, ({ identity, scope }) => JSON.stringify([identity, scope]));
  return [...ofHolders.values()].flatMap((rights) => withEffect(rights, model));
}

function withEffect(rights: readonly HeldRight[], model: PermissionModel): HeldRight[] {
  const latent = latentPermissions(new Set(rights.flatMap(({ permissions }) => permissions)), model);
  if (latent.size === 0) return [...rights];
  return rights
    .map((right) => ({ ...right, permissions: right.permissions.filter((one) => !latent.has(one)) }))
    .filter(({ permission }) => permission === undefined || !latent.has(permission));
}
