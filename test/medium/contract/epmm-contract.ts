/**
 * What Rolewatch relies on about an EPMM server, as seen from outside. Run against the simulated server it keeps the
 * simulation honest; run against a real appliance (see epmm-contract.spec.ts) it shows what the appliance does otherwise.
 * Everything here only reads, and never with a wrong password, which might lock an account.
 */
import type { z } from 'zod';
import * as shapes from './shapes.js';
import { Visitor } from './visitor.js';
import type { Parameters, VisitedServer } from './visitor.js';

const GLOBAL = { adminDeviceSpaceId: 1 };

interface List {
  readonly path: string;
  readonly parameters: Parameters;
  readonly shape: z.ZodType<{ results: Record<string, unknown>[]; totalCount: number; resultCount: number }>;
  readonly key: string;
  readonly maxLimit: number;
}

const LISTS: readonly List[] = [
  { path: 'device_spaces', parameters: {}, shape: shapes.deviceSpaces, key: 'id', maxLimit: 10_000 },
  { path: 'admins/users', parameters: {}, shape: shapes.users, key: 'userId', maxLimit: 200 },
  {
    path: 'admins/user_summary',
    parameters: { ...GLOBAL, sortField: 'name', sortOrder: 'ASC' },
    shape: shapes.userSummaries,
    key: 'principal',
    maxLimit: 10_000,
  },
  {
    path: 'admins/ldap_entity_summary',
    parameters: { ...GLOBAL, type: 'ALL' },
    shape: shapes.ldapEntitySummaries,
    key: 'dn',
    maxLimit: 10_000,
  },
];

/** @param makeServer makes the server to look at, once for the whole suite */
export function describeEpmmContract(name: string, makeServer: () => Promise<VisitedServer>): void {
  describe(`an EPMM server (${name})`, () => {
    let server: VisitedServer;
    let visitor: Visitor;

    beforeAll(async () => {
      server = await makeServer();
      visitor = new Visitor(server);
    });
    afterAll(() => server.close());

    const current = (): Visitor => visitor;
    describeEntry(current);
    describe.each(LISTS)('the list $path', (list) => describeList(current, list));
    describeParameters(current);
    describeDirectory(current);
    describeRights(current);
  });
}

function describeEntry(visitor: () => Visitor): void {
  it('states its versions', async () => {
    const { results } = await visitor().read(shapes.ping, 'ping');
    expect(results.vspVersion).not.toBe('');
  });

  it('answers nobody without credentials', async () => {
    for (const { path, parameters } of LISTS)
      expect({ path, ...(await visitor().get(path, parameters, {})) }).toMatchObject({ path, status: 401 });
  });

  it('has a Global device space with id 1', async () => {
    const { results, hasMore } = await visitor().read(shapes.deviceSpaces, 'device_spaces');
    expect(results.map(({ id }) => id)).toContain(1);
    expect(hasMore).toBe(false);
  });
}

function describeList(visitor: () => Visitor, { path, parameters, shape, key, maxLimit }: List): void {
  const part = (offset: number, limit: number) =>
    visitor().read(shape, path, { ...parameters, offset, limit });
  const keys = (answer: { results: Record<string, unknown>[] }): unknown[] =>
    answer.results.map((row) => row[key]);

  it('counts what it gives', async () => {
    const answer = await part(0, maxLimit);
    expect(answer.resultCount).toBe(answer.results.length);
    expect(answer.resultCount).toBe(Math.min(maxLimit, answer.totalCount));
  });

  it('takes the offset for the index of a row, not of a page', async () => {
    const { results } = await part(0, 3);
    const [, second, third] = results.map((row) => row[key]);
    const expected = [second, third].filter((value) => value !== undefined);
    expect(keys(await part(1, 2))).toEqual(expected);
  });

  it('gives every row once over all pages, under one total', async () => {
    const { totalCount } = await part(0, 1);
    const limit = Math.min(maxLimit, Math.max(2, Math.ceil(totalCount / 4)));
    const seen: unknown[] = [];
    for (let offset = 0; offset < totalCount; offset += limit) {
      const answer = await part(offset, limit);
      expect(answer.totalCount).toBe(totalCount);
      seen.push(...keys(answer));
    }
    expect(seen).toHaveLength(totalCount);
    expect(new Set(seen).size).toBe(totalCount);
  });

  it('has nothing beyond the end, and says the same total there', async () => {
    const { totalCount } = await part(0, 1);
    expect(await part(totalCount, 2)).toMatchObject({ results: [], resultCount: 0, totalCount });
  });

  it(`refuses a limit above ${maxLimit}`, () =>
    visitor().refused(400, path, { ...parameters, limit: maxLimit + 1 }));
}

function describeParameters(visitor: () => Visitor): void {
  it.each(['admins/user_summary', 'admins/ldap_entity_summary', 'admins/ldap_entities', 'admins/roles'])(
    'wants a device space for %s',
    (path) => visitor().refused(400, path, { type: 'USER', query: 'a' }),
  );

  it('wants a type for the directory', () => visitor().refused(400, 'admins/ldap_entity_summary', GLOBAL));

  it('wants a word to look up, of at most 20 characters', async () => {
    await visitor().refused(400, 'admins/ldap_entities', { ...GLOBAL, type: 'USER' });
    await visitor().refused(400, 'admins/ldap_entities', { ...GLOBAL, type: 'USER', query: 'a'.repeat(21) });
  });

  it('sorts admins by name in both directions', async () => {
    const order = async (sortOrder: string) => {
      const parameters = { ...GLOBAL, sortField: 'name', sortOrder };
      return (await visitor().read(shapes.userSummaries, 'admins/user_summary', parameters)).results;
    };
    const [up, down] = [await order('ASC'), await order('DESC')];
    expect(down.map(({ name }) => name)).toEqual(up.map(({ name }) => name).reverse());
  });
}

function describeDirectory(visitor: () => Visitor): void {
  const ofType = (type: string) =>
    visitor().read(shapes.ldapEntitySummaries, 'admins/ldap_entity_summary', {
      ...GLOBAL,
      type,
      limit: 10_000,
    });

  it('gives each entry under exactly one type', async () => {
    const totals = await Promise.all(
      ['OU', 'GROUP', 'USER', 'ALL'].map(async (type) => (await ofType(type)).totalCount),
    );
    const [units = 0, groups = 0, users = 0, all] = totals;
    expect(units + groups + users).toBe(all);
  });

  it('accepts a type in lower case', async () => {
    expect((await ofType('group')).totalCount).toBe((await ofType('GROUP')).totalCount);
  });

  it('finds by word an entry that it lists', async () => {
    const { results } = await ofType('USER');
    const name = results.find((entry) => entry.name.length <= 20)?.name;
    if (name === undefined) throw new Error('the directory has no user with a name of at most 20 characters');
    const parameters = { ...GLOBAL, type: 'USER', query: name };
    const found = await visitor().read(shapes.ldapEntities, 'admins/ldap_entities', parameters);
    expect(found.results.map((entry) => entry.name)).toContain(name);
  });
}

function describeRights(visitor: () => Visitor): void {
  it('counts categories, not roles, in the catalogue', async () => {
    const { results, totalCount } = await visitor().read(shapes.catalogue, 'admins/roles', GLOBAL);
    const ids = results.flatMap(({ roleAndPermissions }) => roleAndPermissions.map(({ roleId }) => roleId));
    expect(totalCount).toBe(results.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(1);
  });

  it('lists every admin with a summary among the users', async () => {
    const { results } = await visitor().read(shapes.userSummaries, 'admins/user_summary', GLOBAL);
    const listed: string[] = [];
    for (let offset = 0, total = 1; offset < total; offset += 200) {
      const page = await visitor().read(shapes.users, 'admins/users', { limit: 200, offset });
      total = page.totalCount;
      listed.push(...page.results.map(({ userId }) => userId));
    }
    expect(listed).toEqual(expect.arrayContaining(results.map(({ principal }) => principal)));
  });

  it('names only roles of the catalogue and spaces of the list in a summary', async () => {
    const { results } = await visitor().read(shapes.userSummaries, 'admins/user_summary', GLOBAL);
    const catalogue = await visitor().read(shapes.catalogue, 'admins/roles', GLOBAL);
    const spaces = await visitor().read(shapes.deviceSpaces, 'device_spaces');
    const known = catalogue.results.flatMap(({ roleAndPermissions }) =>
      roleAndPermissions.map(({ roleId }) => roleId),
    );
    const held = results.flatMap(({ spaceRoles }) => spaceRoles);
    expect(known).toEqual(
      expect.arrayContaining(held.flatMap(({ vspRoles }) => vspRoles.map(({ id }) => id))),
    );
    expect(spaces.results.map(({ id }) => id)).toEqual(
      expect.arrayContaining(held.map(({ spaceId }) => spaceId)),
    );
  });
}
