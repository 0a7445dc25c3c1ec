import { answer } from './answers.js';
import type { Call, Stream } from './answers.js';
import { Estate, GLOBAL } from './estate.js';
import type { EstateOptions } from './estate.js';
import { rowsFrom } from './listing.js';

const OU = 'OU=Staff,DC=example,DC=com';

function company(options: EstateOptions = {}): Estate {
  const estate = new Estate(options);
  estate.addSpace(2, 'Depot');
  estate.addAdmin({ userId: 'ann' });
  estate.grantRole('ann', GLOBAL, 1);
  estate.grantRole('ann', 2, 7);
  estate.addAdmin({ userId: 'bob', origin: 'LDAP' });
  estate.grantRole('bob', 2, 2);
  estate.addLdapOu({ dn: OU, name: 'Staff' });
  estate.addLdapGroup({ dn: `CN=Wipers,${OU}`, name: 'Wipers' }, 3);
  estate.addLdapUser({ dn: `CN=Cy,${OU}`, name: 'cy' });
  return estate;
}

function ask(estate: Estate, stream: Stream, more: Partial<Call> = {}): Record<string, unknown>[] {
  const plain = { type: '', query: '', sortField: '', descending: false, offset: 0, limit: 1000 } as const;
  const listing = answer(estate, { ...plain, stream, space: '1', ...more });
  return [...rowsFrom(listing, 0, listing.size)];
}

const roleIds = (rows: Record<string, unknown>[]) =>
  rows.map((row) => [
    row['principal'],
    (row['spaceRoles'] as { spaceId: number; vspRoles: { id: number }[] }[]).map(
      ({ spaceId, vspRoles }) => `${spaceId}:${vspRoles.map(({ id }) => id).join()}`,
    ),
  ]);

describe('the estate', () => {
  it('gives the rights in all spaces, or in the one asked for', () => {
    const everywhere = company();
    expect(roleIds(ask(everywhere, 'user_summary', { space: '2' }))).toEqual([
      ['ann', ['1:1', '2:7']],
      ['bob', ['2:2']],
    ]);
    const own = company({ summaryGivesAllSpaces: false });
    expect(roleIds(ask(own, 'user_summary', { space: '1' }))).toEqual([
      ['ann', ['1:1']],
      ['bob', []],
    ]);
    expect(roleIds(ask(own, 'user_summary', { space: '2' }))).toEqual([
      ['ann', ['2:7']],
      ['bob', ['2:2']],
    ]);
  });

  it('lists misystem among the users and in no summary', () => {
    expect(ask(company(), 'users')).toContainEqual({ userId: 'misystem', name: null });
    expect(ask(company(), 'user_summary').map((row) => row['principal'])).toEqual(['ann', 'bob']);
  });

  it('takes every right in a space away with the space', () => {
    const estate = company();
    estate.grantLdapRole(OU, 2, 5);
    estate.removeSpace(2);
    const { admins, entries, spaces } = estate.truth();
    expect(spaces).toEqual([{ id: 1, name: 'Global' }]);
    expect([...admins, ...entries].flatMap(({ grants }) => grants)).toEqual([{ space: 1, role: 1 }]);
  });

  it('counts the people below an OU and believes a group', () => {
    const estate = company();
    estate.addLdapUser({ dn: `CN=Dee,OU=Shop,${OU}`, name: 'dee' });
    estate.addLdapUser({ dn: 'CN=Eve,OU=Other Staff,DC=example,DC=com', name: 'eve' });
    estate.growGroup(`CN=Wipers,${OU}`, 4);
    const counts = estate.truth().entries.map(({ name, memberCount }) => [name, memberCount]);
    expect(Object.fromEntries(counts)).toEqual({ Staff: 2, Wipers: 7, cy: 0, dee: 0, eve: 0 });
  });

  it('moves an entry with its rights', () => {
    const estate = company();
    estate.grantLdapRole(`CN=Cy,${OU}`, 2, 5);
    estate.moveDn(`CN=Cy,${OU}`, 'CN=Cy,DC=example,DC=com');
    const moved = estate.truth().entries.filter(({ name }) => name === 'cy');
    expect(moved).toMatchObject([{ dn: 'CN=Cy,DC=example,DC=com', grants: [{ space: 2, role: 5 }] }]);
  });

  it('retires a role from the catalogue alone, or from its holders too', () => {
    const [kept, taken] = [company(), company()];
    kept.removeRole(7);
    taken.removeRole(7, { fromHolders: true });
    const held = (estate: Estate) =>
      estate.truth().admins.flatMap(({ grants }) => grants.map(({ role }) => role));
    expect([held(kept), held(taken)]).toEqual([
      [1, 7, 2],
      [1, 2],
    ]);
    expect(kept.truth().roles.map(({ id }) => id)).not.toContain(7);
    expect(roleIds(ask(kept, 'user_summary'))).toContainEqual(['ann', ['1:1', '2:7']]);
  });

  it('can give one space a catalogue of its own', () => {
    const estate = company();
    estate.giveSpaceItsOwnCatalogue(2, (roles) => roles.filter(({ category }) => category === 'Others'));
    expect(ask(estate, 'roles', { space: '1' })).toHaveLength(12);
    expect(ask(estate, 'roles', { space: '2' })).toHaveLength(1);
  });

  it('refuses a step that changes nothing', () => {
    const estate = company();
    expect(() => estate.grantRole('ann', 1, 1)).toThrow('ann holds role 1 in space 1 already');
    expect(() => estate.revokeRole('ann', 1, 2)).toThrow('ann lacks role 2 in space 1 already');
    expect(() => estate.grantRole('zoe', 1, 2)).toThrow('no admin zoe');
    expect(() => estate.grantRole('ann', 9, 2)).toThrow('no device space 9');
  });

  it('computes a million people without holding them', () => {
    const estate = company();
    estate.directory(1_000_000);
    const users = estate.ldap.select('USER');
    expect(users.size).toBe(1_000_001);
    expect(users.at(1_000_000)).toMatchObject({ name: 'person1000000', type: 'USER' });
    expect(users.at(1_000_000)).not.toBe(users.at(1_000_000));
  });

  it('finds by a word in a name', () => {
    expect(ask(company(), 'users', { query: 'AN' })).toEqual([{ userId: 'ann', name: 'ann' }]);
  });
});
