import { readRow } from './normalise.js';
import { withRightsOf } from './rights.js';

const admin = (...pairs: [number, number][]) =>
  readRow('user_summary', {
    principal: 'ann',
    source: 'LDAP',
    spaceRoles: pairs.map(([spaceId, id]) => ({
      spaceId,
      spaceName: 'S',
      vspRoles: [{ id, name: `R${id}` }],
    })),
  });

describe('withRightsOf', () => {
  it('gives the record that a row with the rights of both would give', () => {
    expect(withRightsOf(admin([1, 7], [2, 8]).body, admin([1, 9], [1, 7]))).toEqual(
      admin([1, 7], [1, 9], [2, 8]),
    );
  });

  it('is the record itself where nothing was lost', () => {
    expect(withRightsOf(admin([1, 7]).body, admin([1, 7], [1, 9]))).toEqual(admin([1, 7], [1, 9]));
  });

  it('unites the permissions of a role', () => {
    const role = (...permissions: string[]) => readRow('roles', { roleId: 1, permissions }, 'C');
    expect(withRightsOf(role('a', 'c').body, role('b', 'c'))).toEqual(role('a', 'b', 'c'));
  });

  it('keeps whole a directory entry that holds a role again', () => {
    const entry = (...ids: number[]) =>
      readRow('ldap_entity_summary', {
        dn: 'cn=a',
        type: 'USER',
        spaceRoles: ids.length === 0 ? [] : [{ spaceId: 1, vspRoles: ids.map((id) => ({ id })) }],
      });
    expect(withRightsOf(entry(7).body, entry())).toEqual(entry(7));
  });

  it('leaves records that hold no rights alone', () => {
    const user = readRow('users', { userId: 'ann', name: 'Ann' });
    expect(withRightsOf({}, user)).toBe(user);
  });
});
