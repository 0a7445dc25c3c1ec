import { FIELD, HELPDESK, SHOPS } from '../village.js';
import { admin, role, scope, describeTelling } from './telling.js';

describeTelling('what happens to roles and spaces is told once', (world) => {
  it('a role that the catalogue gains', () =>
    world.telling(
      () => world.estate.addRole(77, 'Paint devices', ['Paint device']),
      [
        {
          ...{ what: 'role-defined', cause: 'catalogue', subject: { kind: 'role', key: '77' } },
          ...{ effective: { gained: ['Paint device'], lost: [] }, affected: [] },
        },
      ],
    ));

  it('a role that is redefined in all spaces, with those who hold it and no row for each of them', () =>
    world.telling(() => {
      world.estate.addPermissionToRole(7, 'Paint device');
      world.estate.removePermissionFromRole(7, 'Wipe device');
    }, [
      {
        ...{ what: 'role-redefined', cause: 'catalogue', subject: { kind: 'role', key: '7' } },
        ...{ effective: { gained: ['Paint device'], lost: ['Wipe device'] }, affectedCount: 2 },
      },
    ]));

  it('a role that is redefined in one space only', () =>
    world.telling(
      () =>
        world.estate.giveSpaceItsOwnCatalogue(SHOPS, (roles) =>
          roles.map((one) =>
            one.id === 5 ? { ...one, permissions: [...one.permissions, 'Paint device'] } : one,
          ),
        ),
      [
        {
          ...{ what: 'role-redefined', cause: 'catalogue', subject: { kind: 'role', key: '5' } },
          ...{ scopes: [scope(SHOPS)], effective: { gained: ['Paint device'], lost: [] }, affectedCount: 1 },
        },
      ],
    ));

  it('a role that the catalogue drops while it is held', () =>
    world.telling(
      () => world.estate.removeRole(7),
      [
        {
          ...{ what: 'role-retired', cause: 'catalogue', subject: { kind: 'role', key: '7' } },
          ...{ effective: { gained: [], lost: expect.arrayContaining(['Wipe device']) }, affectedCount: 2 },
        },
      ],
    ));

  it('a space that appears', () =>
    world.telling(
      () => world.estate.addSpace(4, 'Trains'),
      [{ what: 'scope-appeared', cause: 'scope', subject: { kind: 'scope', key: '4', name: 'Trains' } }],
    ));

  it('a space that changes', () =>
    world.telling(
      () => world.estate.renameSpace(FIELD, 'Fields'),
      [
        {
          ...{ what: 'scope-changed', cause: 'scope', subject: { kind: 'scope', key: '2', name: 'Fields' } },
          attribute: { name: 'name', before: 'Field', after: 'Fields' },
        },
      ],
    ));

  it('a space that leaves takes its rights along', async () => {
    const withIt = { cause: 'scope', scope: scope(SHOPS), part: 0 } as const;
    await world.telling(
      () => world.estate.removeSpace(SHOPS),
      [
        { what: 'scope-disappeared', cause: 'scope', subject: { kind: 'scope', key: '3', name: 'Shops' } },
        { what: 'role-revoked', ...withIt, role: role(5), subject: admin('bob') },
        { what: 'role-revoked', ...withIt, role: role(2), subject: admin('sue') },
        { what: 'role-revoked', ...withIt, role: role(2), subject: { kind: 'ldap-ou', key: HELPDESK } },
      ],
    );
  });
});
