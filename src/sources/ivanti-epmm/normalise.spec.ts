import { BadRow, badRowWords, isMasked, readRow } from './normalise.js';
import type { Stream } from './lists.js';

const role = (id: number, extra = {}) => ({
  id,
  name: `ROLE_${id}`,
  description: `Role ${id}`,
  defaultSpaceOnly: false,
  ...extra,
});
const space = (spaceId: number, ...ids: number[]) => ({
  spaceId,
  spaceName: `Space ${spaceId}`,
  vspRoles: ids.map((id) => role(id)),
});
const admin = {
  name: 'Ann Lee',
  principal: 'ann',
  email: 'ann@example.com',
  source: 'Local',
  spaceRoles: [space(1, 7)],
};
const entry = {
  id: null,
  name: 'ann',
  dn: 'CN=Ann,OU=IT,DC=x',
  type: 'USER',
  memberCount: 0,
  firstName: 'Ann',
  lastName: 'Lee',
  email: 'ann@example.com',
  spaceRoles: [],
};

function why(stream: Stream, row: unknown): string {
  try {
    // As JSON has it: an undefined field is an absent one
    readRow(stream, row === undefined ? row : (JSON.parse(JSON.stringify(row)) as unknown));
  } catch (error) {
    if (error instanceof BadRow) return `${error.path.join('.')}: ${error.message}`;
    throw error;
  }
  return 'usable';
}

describe('user_summary', () => {
  it('keeps names apart from evidence', () => {
    expect(readRow('user_summary', { ...admin, lastSeen: 'yesterday' })).toEqual({
      nameSpace: 'admin',
      matchKey: 'ann',
      shownKey: 'ann',
      linkName: null,
      body: {
        origin: 'Local',
        spaceRoles: [
          {
            spaceId: 1,
            spaceName: 'Space 1',
            roles: [{ id: 7, name: 'ROLE_7', description: 'Role 7', defaultSpaceOnly: false }],
          },
        ],
      },
      comparedBody: { origin: 'Local', grants: [['1', '7']] },
      personal: { key: 'ann', name: 'Ann Lee', email: 'ann@example.com', other: { lastSeen: 'yesterday' } },
      comparedPersonal: { name: 'Ann Lee', email: 'ann@example.com' },
      minimalPersonal: null,
      grants: [{ target: 'role:7', inScope: '1' }],
      permissions: [],
    });
  });

  it('does not see the order, repeats or splitting of rights', () => {
    const one = readRow('user_summary', { ...admin, spaceRoles: [space(2, 10, 9), space(1, 7)] });
    const two = readRow('user_summary', {
      ...admin,
      spaceRoles: [space(1, 7, 7), space(2, 9), space(2, 10)],
    });
    expect(two).toEqual(one);
    expect(one.grants.map((g) => `${g.inScope}/${g.target}`)).toEqual(['1/role:7', '2/role:9', '2/role:10']);
  });

  it('does not compare texts of roles, only which are held where', () => {
    const reworded = { ...space(1), vspRoles: [role(7, { description: 'Wipe', defaultSpaceOnly: true })] };
    const record = readRow('user_summary', { ...admin, spaceRoles: [reworded] });
    expect(record.comparedBody).toEqual(readRow('user_summary', admin).comparedBody);
  });

  it('accepts the field table: userId, roles, adminSpaces', () => {
    const { principal, spaceRoles, ...rest } = admin;
    const adminSpaces = [
      { id: 2, name: 'EU' },
      { id: 1, name: 'Global' },
    ];
    const row = { ...rest, userId: principal, roles: [{ id: 7, description: 'Wipe' }], adminSpaces };
    const record = readRow('user_summary', row);
    expect(spaceRoles).toHaveLength(1);
    expect(record).toMatchObject({
      matchKey: 'ann',
      comparedBody: {
        grants: [
          ['1', '7'],
          ['2', '7'],
        ],
      },
    });
    expect(record.personal['other']).toEqual({});
    expect(why('user_summary', { ...row, adminSpaces: [] })).toMatch(/^adminSpaces: expected the spaces/);
    expect(why('user_summary', { ...row, adminSpaces: undefined })).toMatch(/^adminSpaces: /);
  });

  it.each([
    ['neither principal nor userId', { principal: undefined }, /^principal: .*missing/],
    ['two keys that differ', { userId: 'bob' }, /^userId: /],
    ['neither spaceRoles nor roles', { spaceRoles: undefined }, /^spaceRoles: .*array/],
    ['null for spaceRoles', { spaceRoles: null }, /^spaceRoles: .*array/],
    ['null for vspRoles', { spaceRoles: [{ spaceId: 1, vspRoles: null }] }, /^spaceRoles\.0\.vspRoles: /],
    ['an empty key', { principal: '' }, /^principal: .*not blank/],
    ['a key of white space', { principal: ' \t' }, /^principal: .*not blank/],
    ['a null key', { principal: null }, /^principal: /],
    ['a number for a key', { principal: 7 }, /^principal: /],
    ['a very long key', { principal: 'x'.repeat(1001) }, /^principal: .*1,000 characters/],
    [
      'a role id in quotes',
      { spaceRoles: [{ spaceId: 1, vspRoles: [role(7, { id: '7' })] }] },
      /vspRoles\.0\.id: .*in quotes/,
    ],
    ['a negative id', { spaceRoles: [{ ...space(1, 7), spaceId: -1 }] }, /spaceId: /],
    ['an id beyond 2^53', { spaceRoles: [{ ...space(1, 7), spaceId: 2 ** 53 }] }, /spaceId: /],
  ])('refuses %s', (_, fields, words) => {
    expect(why('user_summary', { ...admin, ...fields })).toMatch(words);
  });

  it.each([null, 7, 'ann', [], undefined])('refuses %j for a row', (row) => {
    expect(why('user_summary', row)).toBe(': expected an object');
  });

  it('takes no spaceRoles for what it is: an admin without rights', () => {
    expect(readRow('user_summary', { ...admin, spaceRoles: [] }).grants).toEqual([]);
  });

  it('links only directory users, and knows the origin in any case', () => {
    expect(readRow('user_summary', { ...admin, source: 'ldap' })).toMatchObject({
      linkName: 'ann',
      body: { origin: 'LDAP' },
    });
    expect(readRow('user_summary', { ...admin, source: 'SAML' })).toMatchObject({
      linkName: null,
      body: { origin: 'SAML' },
    });
    expect(readRow('user_summary', { ...admin, source: undefined }).body['origin']).toBeNull();
  });

  it('keeps an unknown role id', () => {
    expect(readRow('user_summary', { ...admin, spaceRoles: [space(1, 4711)] }).grants).toEqual([
      { target: 'role:4711', inScope: '1' },
    ]);
  });

  it('keeps ids exactly as sent', () => {
    expect(readRow('user_summary', { ...admin, principal: ' Anne\u0301 ' }).matchKey).toBe(' Anne\u0301 ');
  });

  it.each(['Ann\0', 'Ann\ud800'])('refuses an id that cannot be kept as sent', (principal) => {
    expect(why('user_summary', { ...admin, principal })).toBe(
      'principal: expected a text without NUL or half characters',
    );
  });

  it('keeps a key __proto__ as an unknown field', () => {
    const row: unknown = JSON.parse(`{"__proto__":{"x":1},${JSON.stringify(admin).slice(1)}`);
    const record = readRow('user_summary', row);
    expect(JSON.stringify(record.personal['other'])).toBe('{"__proto__":{"x":1}}');
    expect(Object.getPrototypeOf(record.personal['other'])).toBe(Object.prototype);
  });
});

describe('users', () => {
  it('knows the built-in, whose name is null', () => {
    expect(readRow('users', { userId: 'misystem', name: null })).toMatchObject({
      nameSpace: 'admin',
      matchKey: 'misystem',
      body: { builtIn: true },
      comparedPersonal: { name: null },
    });
    expect(readRow('users', { userId: 'MISYSTEM' }).body).toEqual({ builtIn: false });
  });
});

describe('ldap_entity_summary', () => {
  it('compares DNs, and links a USER by name', () => {
    expect(readRow('ldap_entity_summary', entry)).toEqual({
      nameSpace: 'dn',
      matchKey: 'dc=x,ou=it,cn=ann',
      shownKey: 'CN=Ann,OU=IT,DC=x',
      linkName: 'ann',
      body: { type: 'USER', memberCount: 0, spaceRoles: [] },
      comparedBody: { type: 'USER', memberCount: 0, grants: [] },
      personal: {
        key: entry.dn,
        name: 'ann',
        firstName: 'Ann',
        lastName: 'Lee',
        email: entry.email,
        other: { id: null },
      },
      comparedPersonal: { name: 'ann', firstName: 'Ann', lastName: 'Lee', email: entry.email },
      minimalPersonal: { key: entry.dn },
      grants: [],
      permissions: [],
    });
    expect(readRow('ldap_entity_summary', { ...entry, type: 'GROUP' }).linkName).toBeNull();
  });

  it('keeps an entry with a role whole', () => {
    expect(
      readRow('ldap_entity_summary', { ...entry, spaceRoles: [space(1, 7)] }).minimalPersonal,
    ).toBeNull();
  });

  it('takes a type in any case, and only a known one', () => {
    expect(readRow('ldap_entity_summary', { ...entry, type: 'group' }).body['type']).toBe('GROUP');
    expect(why('ldap_entity_summary', { ...entry, type: 'PRINTER' })).toMatch(/^type: /);
    expect(why('ldap_entity_summary', { ...entry, type: null })).toMatch(/^type: /);
  });

  it('reads absent optional fields as null', () => {
    const bare = { dn: entry.dn, type: 'OU', spaceRoles: [] };
    expect(readRow('ldap_entity_summary', bare)).toMatchObject({
      body: { memberCount: null },
      comparedPersonal: { name: null, firstName: null, lastName: null, email: null },
    });
  });

  it.each([
    ['missing spaceRoles', { spaceRoles: undefined }, /^spaceRoles: /],
    ['a blank dn', { dn: '  ' }, /^dn: /],
    ['a key too long for an index', { dn: `cn=${'ﷺ'.repeat(900)}` }, /2000 bytes/],
    ['a negative member count', { memberCount: -1 }, /^memberCount: /],
  ])('refuses %s', (_, fields, words) => {
    expect(why('ldap_entity_summary', { ...entry, ...fields })).toMatch(words);
  });
});

describe('roles and device_spaces', () => {
  const wipe = { roleId: 7, roleDescription: 'Wipe; lock, retire', defaultSpaceOnly: false };

  it('keeps labels with commas and semicolons, as a set', () => {
    const record = readRow(
      'roles',
      { ...wipe, permissions: ['b; c', 'View app, apply', 'b; c'] },
      'Device, Management',
    );
    expect(record).toMatchObject({
      nameSpace: 'role',
      matchKey: '7',
      permissions: ['View app, apply', 'b; c'],
      body: {
        category: 'Device, Management',
        description: 'Wipe; lock, retire',
        permissions: ['View app, apply', 'b; c'],
      },
    });
    expect(record.comparedBody).toEqual(record.body);
  });

  it.each([
    ['missing permissions', { permissions: undefined }, /^permissions: /],
    ['a blank label', { permissions: [' '] }, /^permissions\.0: /],
    ['an id in quotes', { roleId: '7', permissions: [] }, /^roleId: .*in quotes/],
  ])('refuses %s', (_, fields, words) => {
    expect(why('roles', { ...wipe, ...fields })).toMatch(words);
  });

  it('does not compare how many devices a space has', () => {
    const eu = {
      id: 2,
      name: 'EU',
      criteria: '"country" = "DE"',
      status: 'ACTIVE',
      priority: 1,
      deviceCount: 5,
      admins: 3,
    };
    expect(readRow('device_spaces', eu)).toMatchObject({
      nameSpace: 'scope',
      matchKey: '2',
      comparedBody: { name: 'EU', criteria: '"country" = "DE"', status: 'ACTIVE', priority: 1 },
      personal: { other: { deviceCount: 5, admins: 3 } },
      comparedPersonal: {},
    });
  });
});

describe('isMasked', () => {
  it.each(['principal', 'userId', 'name', 'email', 'dn', 'firstName', 'lastName'])(
    'sees asterisks in %s',
    (field) => {
      expect(isMasked({ [field]: '*****' })).toBe(true);
      expect(isMasked({ [field]: '***' })).toBe(true);
      expect(isMasked({ [field]: 'cn=*****,dc=acme' })).toBe(true);
      expect(isMasked({ [field]: '**' })).toBe(false);
      expect(isMasked({ [field]: 'a***' })).toBe(false);
    },
  );

  it('leaves other fields alone', () => {
    expect(isMasked({ description: '*****' })).toBe(false);
    expect(isMasked(null)).toBe(false);
  });
});

describe('what is no right and no name', () => {
  const rows: readonly (readonly [Stream, unknown])[] = [
    ['users', { userId: 'ann', name: 'Ann', city: 'Ulm' }],
    ['roles', { roleId: 7, permissions: [], city: 'Ulm' }],
    ['device_spaces', { id: 1, name: 'Global', city: 'Ulm' }],
  ];

  it.each(rows)('of %s is kept as personal, and gives nothing', (stream, row) => {
    const { personal, grants, permissions } = readRow(stream, row);
    expect(personal).toEqual({
      ...(stream === 'users' && { key: 'ann', name: 'Ann' }),
      other: { city: 'Ulm' },
    });
    expect([grants, permissions]).toEqual([[], []]);
  });

  it('a key may be 2,000 bytes long in its compared form, and no longer', () => {
    expect(why('user_summary', { ...admin, principal: `${'€'.repeat(666)}aa` })).toBe('usable');
    expect(why('user_summary', { ...admin, principal: `${'€'.repeat(666)}aaa` })).toBe(
      ': expected a key of at most 2000 bytes in its compared form',
    );
  });

  it('a row that cannot be used is named by its place', () => {
    expect(badRowWords(['results', 3], new BadRow(['dn'], 'expected a text'))).toBe(
      'results[3].dn: expected a text',
    );
  });
});
