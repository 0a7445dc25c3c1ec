import fc from 'fast-check';
import { readRow } from './normalise.js';

const roles = fc.array(
  fc.nat(4).map((id) => ({ id, name: `R${id}`, description: 'text', defaultSpaceOnly: false })),
  { maxLength: 4 },
);
const spaces = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3 }), roles).map(([spaceId, vspRoles]) => ({
    spaceId,
    spaceName: `S${spaceId}`,
    vspRoles,
  })),
  { maxLength: 4 },
);
const row = (spaceRoles: unknown) => ({
  principal: 'ann',
  name: 'Ann',
  email: 'ann@x.example',
  source: 'Local',
  spaceRoles,
});

describe('laws of the comparison form of an EPMM server', () => {
  it('the order of fields, spaces and roles says nothing', () => {
    fc.assert(
      fc.property(spaces, (all) => {
        const turned = [...all].reverse().map((one) => ({ ...one, vspRoles: [...one.vspRoles].reverse() }));
        const reversed = Object.fromEntries(Object.entries(row(turned)).reverse());
        expect(readRow('user_summary', reversed)).toEqual(readRow('user_summary', row(all)));
      }),
    );
  });

  it('grants are the distinct pairs of space and role that the row states', () => {
    fc.assert(
      fc.property(spaces, (all) => {
        const stated = all.flatMap(({ spaceId, vspRoles }) =>
          vspRoles.map(({ id }) => `${spaceId} role:${id}`),
        );
        const { grants, comparedBody } = readRow('user_summary', row(all));
        expect(grants.map(({ inScope, target }) => `${inScope} ${target}`)).toEqual(
          [...new Set(stated)].sort(),
        );
        expect(comparedBody['grants']).toHaveLength(grants.length);
      }),
    );
  });

  it('a field that is not known is kept, and compared by nobody', () => {
    fc.assert(
      fc.property(
        fc.string().filter((key) => !(key in row([])) && key !== 'roles' && key !== 'userId'),
        fc.jsonValue(),
        (key, value) => {
          const plain = readRow('user_summary', row([]));
          const { personal, ...rest } = readRow(
            'user_summary',
            Object.fromEntries([...Object.entries(row([])), [key, value]]),
          );
          const { personal: _, ...others } = plain;
          expect(rest).toEqual(others);
          expect(Object.keys(personal['other'] as object)).toHaveLength(1);
        },
      ),
    );
  });

  it('permissions of a role are a set', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('View', 'Wipe', 'Lock')), (permissions) => {
        const role = (of: readonly string[]) => readRow('roles', { roleId: 7, permissions: of }, 'c');
        expect(role([...permissions, ...permissions].reverse())).toEqual(role(permissions));
        expect(role(permissions).permissions).toEqual([...new Set(permissions)].sort());
      }),
    );
  });

  it('a directory entry is one however its DN is spelt, and keeps the spelling', () => {
    const spelt = (dn: string) =>
      readRow('ldap_entity_summary', { dn, type: 'USER', name: 'ann', spaceRoles: [] });
    const [one, other] = [spelt('CN=Ann, OU=IT,DC=x'), spelt('cn=ann,ou=it,dc=X')];
    expect(other.matchKey).toBe(one.matchKey);
    expect([one.shownKey, other.shownKey]).toEqual(['CN=Ann, OU=IT,DC=x', 'cn=ann,ou=it,dc=X']);
  });
});
