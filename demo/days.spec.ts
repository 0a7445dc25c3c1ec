import { DAYS, PAGE_SIZE, play } from './days.js';
import { EpmmServer } from './estate/epmm-server.js';
import { CONTRACTORS, northwind } from './estate/northwind.js';
import type { Truth } from './estate/model.js';

describe('the story', () => {
  const truths = new Map<string, { before: Truth; after: Truth }>();

  beforeAll(async () => {
    const server = await EpmmServer.start(northwind());
    for (const day of DAYS) {
      const before = server.estate.truth();
      play(day, server);
      truths.set(day.title, { before, after: server.estate.truth() });
    }
    await server.stop();
  });

  const on = (title: string) => {
    const truth = truths.get(title);
    if (truth === undefined) throw new Error(`the story has no day "${title}"`);
    return truth;
  };

  it('begins with a company of a believable size', () => {
    const { before } = on('The first reading');
    const people = before.entries.filter(({ type }) => type === 'USER');
    expect(before.spaces).toHaveLength(3);
    expect(before.admins.filter(({ grants }) => grants.length > 0)).toHaveLength(15);
    expect(people).toHaveLength(300);
    expect(people.length).toBeGreaterThan(2 * PAGE_SIZE);
    expect(
      before.entries
        .filter(({ grants }) => grants.length > 0)
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['GROUP', 'OU']);
  });

  it('uses no address that could be real', () => {
    for (const { after } of truths.values())
      for (const { email } of [...after.admins, ...after.entries])
        expect(email ?? '@example.com').toMatch(/@example\.com$/);
  });

  it('links every directory admin to exactly one person', () => {
    const { admins, entries } = on('The first reading').before;
    const directory = admins.filter(({ origin }) => origin === 'LDAP');
    expect(directory).toHaveLength(5);
    for (const { userId } of directory) expect(entries.filter(({ name }) => name === userId)).toHaveLength(1);
  });

  it('makes one new super-admin', () => {
    const { before, after } = on('A new super-admin');
    const known = before.admins.map(({ userId }) => userId);
    expect(after.admins.filter(({ userId }) => !known.includes(userId))).toMatchObject([
      { userId: 'night.shift', grants: [{ space: 1, role: 1 }] },
    ]);
  });

  it('grants a role in a space where its holder had none', () => {
    const { before, after } = on('A role in a second space');
    const grants = ({ admins }: Truth) =>
      admins.flatMap((admin) => admin.grants.map((held) => ({ ...held, who: admin.userId })));
    const known = grants(before).map((held) => JSON.stringify(held));
    expect(grants(after).filter((held) => !known.includes(JSON.stringify(held)))).toEqual([
      { who: 'cara.cole', space: 3, role: 7 },
    ]);
  });

  it('adds exactly one permission to a role that is held', () => {
    const { before, after } = on('A role grows with an upgrade');
    const pairs = ({ roles }: Truth) =>
      roles.flatMap(({ id, permissions }) => permissions.map((each) => `${id} ${each}`));
    expect(pairs(after).filter((pair) => !pairs(before).includes(pair))).toEqual(['5 Retire device']);
    expect({ ...after, roles: [] }).toEqual({ ...before, roles: [] });
  });

  it.each([
    ['A group grows', { 'Field Ops': 4 }],
    ['A new colleague at the helpdesk', { Staff: 1, Helpdesk: 1 }],
    ['A reading is cut off in the middle', { Staff: -1, Helpdesk: -1 }],
  ])('%s: only these counts change', (title, expected) => {
    const { before, after } = on(title);
    const known = new Map(before.entries.map(({ dn, memberCount }) => [dn, memberCount]));
    const grown = after.entries.map(
      ({ dn, name, memberCount }) => [name, memberCount - (known.get(dn) ?? 0)] as const,
    );
    expect(Object.fromEntries(grown.filter(([, by]) => by !== 0))).toEqual(expected);
  });

  it('lets more vanish at once than is believed without asking', () => {
    const { before, after } = on('Seven admins are gone at once');
    const left = after.admins.map(({ userId }) => userId);
    const gone = before.admins.filter(({ userId }) => !left.includes(userId)).map(({ userId }) => userId);
    expect(gone).toEqual([...CONTRACTORS].sort());
    expect(gone.length).toBeGreaterThan(Math.max(5, 0.2 * before.admins.length));
  });

  it('ends with the super-admin gone again', () => {
    const { before, after } = on('The night shift is over');
    expect(
      before.admins.filter((admin) => !after.admins.some(({ userId }) => userId === admin.userId)),
    ).toMatchObject([{ userId: 'night.shift' }]);
  });

  it.each(['The first reading', 'Somebody confirms it', 'A quiet day, spelt differently'])(
    '%s: nothing happens',
    (title) => {
      const { before, after } = on(title);
      expect(after).toEqual(before);
    },
  );
});
