import { addAdmin, addPerson, FIELD, GLOBAL, OFFICE, person, SHOPS } from '../village.js';
import { admin, attribute, granted, revoked, role, scope, describeTelling } from './telling.js';

describeTelling('what happens to people is told once', (world) => {
  it('a new admin, with each right as a part', () =>
    world.telling(
      () => addAdmin(world.estate, 'zoe', [FIELD, 7], [SHOPS, 2]),
      [
        { what: 'principal-appeared', cause: 'assignment', subject: admin('zoe') },
        { ...granted('zoe', FIELD, 7, ['Wipe device']), part: 0 },
        { ...granted('zoe', SHOPS, 2), part: 0 },
      ],
    ));

  it('an admin who is gone, with each right as a part', () =>
    world.telling(
      () => world.estate.removeAdmin('bob'),
      [
        { what: 'principal-disappeared', cause: 'assignment', subject: admin('bob') },
        { ...revoked('bob', FIELD, 5), part: 0 },
        { ...revoked('bob', SHOPS, 5), part: 0 },
      ],
    ));

  it('a new admin without any right is nothing to tell', () =>
    world.telling(() => world.estate.addAdmin({ userId: 'zoe' }), []));

  it('a role granted to a person', () =>
    world.telling(
      () => world.estate.grantRole('bob', GLOBAL, 7),
      [granted('bob', GLOBAL, 7, ['Wipe device'])],
    ));

  it('a role revoked from a person', () =>
    world.telling(
      () => world.estate.revokeRole('root', GLOBAL, 7),
      [revoked('root', GLOBAL, 7, ['Wipe device'])],
    ));

  it('a mail address, a name and an origin that change, of one and the same person', async () => {
    await world.telling(
      () => world.estate.setMail('bob', 'robert@example.com'),
      [attribute('bob', 'email', 'bob@example.com', 'robert@example.com')],
    );
    await world.telling(
      () => world.estate.setName('bob', 'Robert'),
      [attribute('bob', 'name', 'bob', 'Robert')],
    );
    await world.telling(
      () => world.estate.setOrigin('bob', 'LDAP'),
      [attribute('bob', 'origin', 'Local', 'LDAP')],
    );
  });

  it('an admin and a directory entry that stop and start to be one person', async () => {
    const people = { subject: { kind: 'directory-user', key: 'ann' }, cause: 'identity' } as const;
    await world.telling(
      () => addPerson(world.estate, 'Annabel', OFFICE, 'ann'),
      [{ what: 'identity-unlinked', ...people }],
    );
    await world.telling(
      () => world.estate.removeLdapUser(person('Annabel', OFFICE)),
      [{ what: 'identity-linked', ...people }],
    );
  });

  it('a new admin who is in the directory is one principal, and not linked to herself', () =>
    world.telling(() => {
      world.estate.addAdmin({ userId: 'jim', name: 'Jim', origin: 'LDAP' });
      world.estate.grantRole('jim', FIELD, 7);
      world.estate.grantLdapRole(person('Jim', OFFICE), FIELD, 7);
    }, [
      { what: 'principal-appeared', cause: 'assignment', subject: { kind: 'directory-user', key: 'jim' } },
      { what: 'role-granted', cause: 'assignment', role: role(7), scope: scope(FIELD), part: 0 },
    ]));
});
