import { freshCatalogue, roleName } from './catalogue.js';

describe('the role catalogue', () => {
  const roles = freshCatalogue();

  it("has the sums of the vendor's sample", () => {
    const permissions = roles.flatMap((role) => role.permissions);
    expect({
      categories: new Set(roles.map((role) => role.category)).size,
      roles: new Set(roles.map((role) => role.id)).size,
      permissions: new Set(permissions).size,
      pairs: permissions.length,
      defaultSpaceOnly: roles.filter((role) => role.defaultSpaceOnly).length,
    }).toEqual({ categories: 12, roles: 35, permissions: 43, pairs: 86, defaultSpaceOnly: 17 });
  });

  it('has 22 pairs of roles of which one contains the other', () => {
    const contains = roles.flatMap((a) =>
      roles.filter((b) => a !== b && b.permissions.every((permission) => a.permissions.includes(permission))),
    );
    expect(contains).toHaveLength(22);
  });

  it('is a copy each time', () => {
    freshCatalogue()[0]?.permissions.push('Fly');
    expect(freshCatalogue().flatMap((role) => role.permissions)).not.toContain('Fly');
  });

  it('makes no name up that could be taken for a public one', () => {
    expect(roles.filter((role) => role.name.startsWith('ROLE_'))).toHaveLength(19);
    expect([roleName(1), roleName(31)]).toEqual(['ROLE_ADMIN_MGMT', 'SIMULATED_ROLE_31']);
  });
});
