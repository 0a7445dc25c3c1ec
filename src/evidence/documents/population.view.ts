import { permissionModelOf } from '../../access/permission-model.js';
import { AccessRows } from '../../snapshots/access-rows.js';
import { accessFacts } from '../../snapshots/access.view.js';
import { productOf } from '../../sources/source-config.js';
import type { EvidenceDocument } from '../document.js';

/** People below a unit are counted with the unit; more than these are not listed one by one. */
const LISTED_PEOPLE = 10_000;

export const populationDocument: EvidenceDocument = {
  name: 'population',
  about: 'who could do what in the last state, by which path: one row for each permission, place and path',
  columns: [
    ...['kind', 'key', 'name', 'dn', 'ownAccount', 'members', 'permission', 'risk', 'latent'],
    ...['role', 'roleName', 'roleRisk', 'scope', 'scopeName', 'path'],
  ],
  async *rows(sql, { source, kind, to, tiers, ownAccount }) {
    const facts = await accessFacts(sql, { source, seq: to.seq, named: [], peopleLimit: LISTED_PEOPLE });
    const access = new AccessRows(facts, tiers, permissionModelOf(productOf(kind)), ownAccount);
    for (const { principal, permission, tier, role, scope, path, latent } of access.rows({}))
      yield {
        kind: principal.kind,
        key: principal.key,
        name: principal.name,
        dn: principal.dn,
        ownAccount: principal.ownAccount,
        members: principal.members && { ...principal.members },
        permission,
        risk: tier,
        latent: latent?.needs,
        role: role?.id,
        roleName: role?.name,
        roleRisk: role?.tier,
        scope: scope.key,
        scopeName: scope.name,
        path,
      };
  },
};
