import { AccessRows } from '../../snapshots/access-rows.js';
import { accessFacts } from '../../snapshots/access.view.js';
import type { EvidenceDocument } from '../document.js';

/** People below a unit are counted with the unit; more than these are not listed one by one. */
const LISTED_PEOPLE = 10_000;

export const populationDocument: EvidenceDocument = {
  name: 'population',
  about: 'who could do what in the last state, by which path: one row for each permission, place and path',
  columns: [
    ...['kind', 'key', 'name', 'dn', 'ownAccount', 'members', 'permission', 'role', 'roleName', 'roleRisk'],
    ...['scope', 'scopeName', 'path'],
  ],
  async *rows(sql, { source, to, tiers, ownAccount }) {
    const facts = await accessFacts(sql, { source, seq: to.seq, named: [], peopleLimit: LISTED_PEOPLE });
    for (const { principal, permission, role, scope, path } of new AccessRows(facts, tiers, ownAccount).rows(
      {},
    ))
      yield {
        kind: principal.kind,
        key: principal.key,
        name: principal.name,
        dn: principal.dn,
        ownAccount: principal.ownAccount,
        members: principal.members && { ...principal.members },
        permission,
        role: role.id,
        roleName: role.name,
        roleRisk: role.tier,
        scope: scope.key,
        scopeName: scope.name,
        path,
      };
  },
};
