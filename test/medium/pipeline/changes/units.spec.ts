import { addPerson, EVERYBODY, FIELD, HELPDESK, OFFICE, person, SHOPS, WIPERS } from '../village.js';
import { role, scope, describeTelling } from './telling.js';

describeTelling('what happens in the directory is told once', (world) => {
  it('a role granted to a group, whose members nobody can name', () =>
    world.telling(
      () => world.estate.grantLdapRole(EVERYBODY, FIELD, 7),
      [
        {
          ...{ what: 'role-granted', cause: 'assignment', subject: { kind: 'ldap-group', key: EVERYBODY } },
          ...{ role: role(7), members: { after: 40, known: false } },
        },
      ],
    ));

  it('a role revoked from a group', () =>
    world.telling(
      () => world.estate.revokeLdapRole(WIPERS, FIELD, 7),
      [
        {
          ...{ what: 'role-revoked', cause: 'assignment', subject: { kind: 'ldap-group', key: WIPERS } },
          ...{ role: role(7), scope: scope(FIELD), members: { before: 9, known: false } },
        },
      ],
    ));

  it('a role granted to an organisational unit, with the people in it', () =>
    world.telling(
      () => world.estate.grantLdapRole(OFFICE, FIELD, 5),
      [
        {
          ...{ what: 'role-granted', cause: 'assignment', subject: { kind: 'ldap-ou', key: OFFICE } },
          ...{ role: role(5), scope: scope(FIELD), affectedCount: 2 },
        },
      ],
    ));

  it('a role revoked from an organisational unit, with the people in it', () =>
    world.telling(
      () => world.estate.revokeLdapRole(HELPDESK, SHOPS, 2),
      [
        {
          ...{ what: 'role-revoked', cause: 'assignment', subject: { kind: 'ldap-ou', key: HELPDESK } },
          ...{ role: role(2), scope: scope(SHOPS), affectedCount: 2 },
        },
      ],
    ));

  it('a group with a role that grows or shrinks', async () => {
    await world.telling(
      () => world.estate.growGroup(WIPERS, 3),
      [
        {
          ...{ what: 'members-changed', cause: 'group', subject: { kind: 'ldap-group', key: WIPERS } },
          members: { before: 9, after: 12, known: false },
        },
      ],
    );
    await world.telling(
      () => world.estate.growGroup(WIPERS, -5),
      [{ what: 'members-changed', cause: 'group', members: { before: 12, after: 7, known: false } }],
    );
  });

  it('a group that says it has more members than an integer of the database', async () => {
    const many = 2 ** 40;
    const says = (before: number, after: number): Parameters<typeof world.telling>[1] => [
      { what: 'members-changed', cause: 'group', members: { before, after, known: false } },
    ];
    await world.telling(() => world.estate.growGroup(WIPERS, many), says(9, many + 9));
    await world.telling(() => world.estate.growGroup(WIPERS, -many), says(many + 9, 9));
  });

  it('an organisational unit with a role that grows or shrinks, with the people', async () => {
    await world.telling(
      () => addPerson(world.estate, 'Kim', HELPDESK),
      [
        {
          ...{ what: 'members-changed', cause: 'ou', subject: { kind: 'ldap-ou', key: HELPDESK } },
          members: { before: 2, after: 3, known: true },
          affected: [{ kind: 'directory-user', key: person('Kim', HELPDESK), presentOnly: 'after' }],
        },
      ],
    );
    await world.telling(
      () => world.estate.removeLdapUser(person('Hal', HELPDESK)),
      [
        {
          ...{ what: 'members-changed', cause: 'ou', members: { before: 3, after: 2, known: true } },
          affected: [{ kind: 'directory-user', key: person('Hal', HELPDESK), presentOnly: 'before' }],
        },
      ],
    );
  });

  it('a group or unit that holds no role may change as it likes', () =>
    world.telling(() => {
      world.estate.growGroup(EVERYBODY, 12);
      addPerson(world.estate, 'Kim', OFFICE);
      world.estate.removeLdapUser(person('Jim', OFFICE));
    }, []));

  it('a DN that moves is two principals, each with a hint at the other', () => {
    const moved = `CN=Wipers,OU=Elsewhere,DC=village,DC=example,DC=com`;
    return world.telling(
      () => world.estate.moveDn(WIPERS, moved),
      [
        {
          what: 'principal-disappeared',
          cause: 'assignment',
          subject: { kind: 'ldap-group', key: WIPERS },
          hint: { sameAs: { kind: 'ldap-group', key: moved }, because: 'name' },
        },
        { what: 'role-revoked', cause: 'assignment', part: 0 },
        {
          what: 'principal-appeared',
          cause: 'assignment',
          subject: { kind: 'ldap-group', key: moved },
          hint: { sameAs: { kind: 'ldap-group', key: WIPERS }, because: 'name' },
        },
        { what: 'role-granted', cause: 'assignment', part: 2 },
      ],
    );
  });
});
