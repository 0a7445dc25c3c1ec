import { readFileSync } from 'node:fs';
import { covers, effectivePermissions, permissionsOf, RoleCatalogue, roleCovers } from './permissions.js';

const catalogue = new RoleCatalogue([
  { scope: '1', role: '2', permissions: ['View device'] },
  { scope: '1', role: '7', permissions: ['View device', 'Wipe device'] },
  { scope: '3', role: '2', permissions: ['View device', 'View label'] },
  { scope: '3', role: '9', permissions: [] },
]);

describe('what a target allows', () => {
  it.each([
    ['a role as its own scope defines it', 'role:2', '3', ['View device', 'View label']],
    ['a role that only Global defines', 'role:7', '3', ['View device', 'Wipe device']],
    ['a role of a scope without a catalogue', 'role:2', '8', ['View device']],
    ['a role that nobody defines: itself, never nothing', 'role:99', '1', ['role:99']],
    ['a role that is defined elsewhere only', 'role:9', '1', ['role:9']],
    ['a role that is defined to allow nothing', 'role:9', '3', []],
    ['a single permission', 'permission:Wipe device', '1', ['Wipe device']],
  ])('%s', (_, target, inScope, permissions) => {
    expect(permissionsOf({ target, inScope }, catalogue)).toEqual(permissions);
  });
});

describe('effective permissions', () => {
  it('are the union of all grants, scope by scope', () => {
    const effective = effectivePermissions(
      [
        { target: 'role:2', inScope: '1' },
        { target: 'role:7', inScope: '1' },
        { target: 'role:2', inScope: '3' },
        { target: 'role:99', inScope: '3' },
      ],
      catalogue,
    );
    expect(Object.fromEntries([...effective].map(([scope, all]) => [scope, [...all]]))).toEqual({
      '1': ['View device', 'Wipe device'],
      '3': ['View device', 'View label', 'role:99'],
    });
  });

  it('are none without a grant', () => {
    expect(effectivePermissions([], catalogue).size).toBe(0);
  });
});

describe('role covers', () => {
  const fixture = new URL('../../test/fixtures/ivanti-epmm/roles.json', import.meta.url);
  const vendor = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, { permissions: string[] }>;
  const roles = new Map(Object.entries(vendor).map(([role, { permissions }]) => [role, permissions]));

  it('are 22 pairs in the catalogue of the vendor', () => {
    const pairs = roleCovers(roles);
    expect(pairs).toHaveLength(22);
    expect(pairs).toContainEqual({ role: '4', covered: '5' });
    expect(pairs).toContainEqual({ role: '7', covered: '2' });
    expect(pairs).not.toContainEqual({ role: '5', covered: '4' });
    expect(pairs.filter(({ role }) => role === '1' || role === '10')).toEqual([]);
  });

  it('go both ways between roles that allow the same', () => {
    const twins = new Map([
      ['a', ['x', 'y']],
      ['b', ['y', 'x']],
    ]);
    expect(roleCovers(twins)).toEqual([
      { role: 'a', covered: 'b' },
      { role: 'b', covered: 'a' },
    ]);
  });

  it('compare sets', () => {
    expect(covers(new Set(['x', 'y']), new Set(['y']))).toBe(true);
    expect(covers(new Set(['y']), new Set(['x', 'y']))).toBe(false);
    expect(covers(new Set(['x', 'y']), new Set(['z']))).toBe(false);
  });
});
