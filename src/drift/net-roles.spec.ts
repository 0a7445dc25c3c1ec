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

it('every other change stays as it is', () => {
  const { role: _, ...bare } = change('role-granted', ['reboot'], []);
  const others: NettedChange[] = [
    { ...bare, what: 'permission-gained', permission: 'reboot' },
    { ...bare, what: 'scope-changed' },
  ];
  expect(withinRoles(others, catalogue(), catalogue(), EPMM)).toEqual(others);
  const { effective: __, ...unsaid } = change('role-granted', [], []);
  expect(withinRoles([unsaid], catalogue('View'), catalogue('View'), EPMM)).toEqual([unsaid]);
});

it('what is held in vain is told within the role as well, and with it what only took effect', () => {
  const mambo = permissionModelOf('mambo-emm');
  const [wipe, other] = [...mambo.switches];
  const granted = change('role-granted', ['devices.view', wipe!], []);
  const vain = { ...granted, latent: { gained: [other!, 'webhooks.view'], lost: [] } };
  const [netted] = withinRoles([vain], catalogue(), catalogue('devices.view'), mambo);
  // a switch that needs what the role gives took effect with it
  expect(netted?.effective?.gained).toEqual(['devices.view', wipe]);
  expect(netted?.latent?.gained).toEqual([other]);
});
