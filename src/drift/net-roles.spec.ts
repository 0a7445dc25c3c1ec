import { permissionModelOf } from '../access/permission-model.js';
import { RoleCatalogue } from '../access/permissions.js';
import type { NettedChange } from './net.js';
import { withinRoles } from './net-roles.js';

const EPMM = permissionModelOf('ivanti-epmm');
const catalogue = (...permissions: string[]) => new RoleCatalogue([{ scope: '1', role: '5', permissions }]);
const change = (what: 'role-granted' | 'role-revoked', gained: string[], lost: string[]): NettedChange => ({
  ids: ['3.1'],
  what,
  cause: 'assignment',
  kind: 'local-admin',
  scope: '1',
  role: '5',
  effective: { gained, lost },
  window: { seenAt: new Date(0), statedBy: ['rolewatch'] },
});

it('what a role gained in between was not lost with it by those who never had it', () => {
  const [netted] = withinRoles(
    [change('role-revoked', [], ['View', 'Retire'])],
    catalogue('View'),
    catalogue('View', 'Retire'),
    EPMM,
  );
  expect(netted?.effective).toEqual({ gained: [], lost: ['View'] });
});

it('what a role lost in between is not gained by those who got it before', () => {
  const [netted] = withinRoles(
    [change('role-granted', ['View', 'Retire'], [])],
    catalogue('View', 'Retire'),
    catalogue('View'),
    EPMM,
  );
  expect(netted?.effective).toEqual({ gained: ['View'], lost: [] });
});
