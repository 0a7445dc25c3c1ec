import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, ReadOptions, SourceError } from '../source.js';
import { createIvantiEpmm, type IvantiEpmmSettings, type IvantiEpmmSource } from './ivanti-epmm.client.js';

interface Asked {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}
type Answer = (asked: Asked, n: number) => unknown;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  while (closers.length > 0) await closers.pop()?.();
});

/** A source over a server that answers with what `answer` returns: a body, or a number for a bare status. */
async function serve(
  answer: Answer,
  settings: Partial<IvantiEpmmSettings> = {},
): Promise<{ source: IvantiEpmmSource; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = http.createServer((req, res) => {
    expect(req.method).toBe('GET');
    const url = new URL(req.url ?? '', 'http://x');
    const request = { path: url.pathname, query: Object.fromEntries(url.searchParams) };
    const body = answer(request, asked.push(request) - 1);
    if (typeof body === 'number') res.writeHead(body).end();
    else
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => new Promise((done) => server.close(done).closeAllConnections()));
  const source = createIvantiEpmm(
    {
      name: 'hq',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      basePath: '/rest',
      username: 'auditor',
      password: () => 'secret',
      scopes: null,
      ...settings,
    },
    { sleep: () => Promise.resolve() },
  );
  closers.push(() => source.close());
  return { source, asked };
}

const names = (count: number): { userId: string; name: string }[] =>
  Array.from({ length: count }, (_, i) => ({ userId: `user${i}`, name: `User ${i}` }));

/** An honest server for `users`, whose answers a test may then spoil. */
const honest =
  (
    all: readonly unknown[],
    spoil: (envelope: Record<string, unknown>, asked: Asked, n: number) => unknown = (e) => e,
  ): Answer =>
  (asked, n) => {
    const offset = Number(asked.query['offset']);
    const results = all.slice(offset, offset + Number(asked.query['limit']));
    return spoil({ results, totalCount: all.length, resultCount: results.length }, asked, n);
  };

async function readAll(
  source: IvantiEpmmSource,
  stream = 'users',
  scope = '',
  options: Partial<ReadOptions> = {},
) {
  const pages: Page[] = [];
  let error: SourceError | null = null;
  try {
    for await (const page of source.read(
      { stream, scope },
      { signal: new AbortController().signal, ...options },
    ))
      pages.push(page);
  } catch (e) {
    error = e as SourceError;
  }
  const faults = pages.flatMap((page) => page.faults);
  const keys = pages.flatMap((page) => page.records().map((record) => record.matchKey));
  return { pages, error, faults, codes: faults.map((f) => f.code), keys };
}

describe('requests', () => {
  it.each([
    [
      'users',
      '',
      '/rest/api/v2/admins/users',
      { limit: '200', offset: '0', sortField: 'name', sortOrder: 'ASC' },
    ],
    [
      'user_summary',
      '3',
      '/rest/api/v2/admins/user_summary',
      { adminDeviceSpaceId: '3', limit: '10000', offset: '0', sortField: 'name', sortOrder: 'ASC' },
    ],
    [
      'ldap_entity_summary',
      '3',
      '/rest/api/v2/admins/ldap_entity_summary',
      {
        adminDeviceSpaceId: '3',
        type: 'ALL',
        limit: '10000',
        offset: '0',
        sortField: 'name',
        sortOrder: 'ASC',
      },
    ],
    ['roles', '3', '/rest/api/v2/admins/roles', { adminDeviceSpaceId: '3' }],
    ['device_spaces', '', '/rest/api/v2/device_spaces', { limit: '10000', offset: '0' }],
  ])('%s are asked for as documented', async (stream, scope, path, query) => {
    const { source, asked } = await serve(() => ({ results: [], totalCount: 0, resultCount: 0 }));
    const { pages, faults } = await readAll(source, stream, scope, { proveEnd: true });
    expect(asked).toEqual([{ path, query }]);
    expect(pages).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it('ping is asked for without anything', async () => {
    const { source, asked } = await serve(() => ({ results: { apiVersion: 2, vspVersion: '12.8' } }));
    expect(await source.ping(new AbortController().signal)).toEqual({
      serverVersion: '12.8',
      apiVersion: '2',
    });
    expect(asked).toEqual([{ path: '/rest/api/v2/ping', query: {} }]);
  });

  it('say what there is to read, and who reads', async () => {
    const { source } = await serve(() => ({}), { scopes: ['1', '3'] });
    expect(source).toMatchObject({
      kind: 'ivanti-epmm',
      scopeStream: 'device_spaces',
      ownAccount: 'auditor',
      statedBy: 'rolewatch',
    });
    expect(source.configuredScopes).toEqual(['1', '3']);
    expect(source.plainSteps()).toEqual([{ stream: 'users', scope: '' }]);
    expect(source.scopedSteps('3').map((s) => `${s.stream}/${s.scope}`)).toEqual([
      'user_summary/3',
      'ldap_entity_summary/3',
      'roles/3',
    ]);
  });

  it.each([{ basePath: 'rest' }, { basePath: '/a b' }, { pageSize: 0 }, { pageSize: 10_001 }])(
    'refuse %j',
    async (settings) => {
      await expect(serve(() => ({}), settings)).rejects.toHaveProperty('code', 'config-invalid');
    },
  );
});

describe('paging', () => {
  it('moves by rows received, so that a server may send less than asked for', async () => {
    const all = names(7);
    const cut = honest(all, (e, _, n) => {
      const results = (e['results'] as unknown[]).slice(0, n === 1 ? 1 : 3);
      return { ...e, results, resultCount: results.length };
    });
    const { source, asked } = await serve(cut, { pageSize: 3 });
    const { keys, faults, pages } = await readAll(source);
    expect(asked.map((a) => a.query['offset'])).toEqual(['0', '3', '4', '7']);
    expect(pages.map((p) => [p.no, p.rows, p.total])).toEqual([
      [0, 3, 7],
      [1, 1, 7],
      [2, 3, 7],
    ]);
    expect(keys).toEqual(all.map((u) => u.userId));
    expect(faults).toEqual([]);
  });

  it('stops where the rows end before the total', async () => {
    const { source, asked } = await serve(
      honest(names(4), (e) => ({ ...e, totalCount: 9 })),
      { pageSize: 2 },
    );
    const { faults, keys } = await readAll(source);
    expect(asked).toHaveLength(3);
    expect(keys).toHaveLength(4);
    expect(faults).toEqual([
      { code: 'bad-count', message: 'users, page 2: totalCount is 9, but after 4 rows no more came' },
    ]);
  });

  it('tells of a total that changes, and reads on to the new one', async () => {
    const { source } = await serve(
      honest(names(6), (e, _, n) => ({ ...e, totalCount: n === 0 ? 4 : 6 })),
      { pageSize: 2 },
    );
    const { codes, keys } = await readAll(source);
    expect(codes).toEqual(['bad-count']);
    expect(keys).toHaveLength(6);
  });

  it('tells of more rows than the total', async () => {
    const { source } = await serve(honest(names(3), (e) => ({ ...e, totalCount: 2 })));
    expect((await readAll(source)).faults[0]?.message).toContain('totalCount is 2, but 3 rows were received');
  });

  it('reads to an empty page where no total can be used', async () => {
    const { source, asked } = await serve(
      honest(names(5), (e) => ({ ...e, totalCount: '5' })),
      { pageSize: 2 },
    );
    const { codes, keys } = await readAll(source);
    expect(asked).toHaveLength(4);
    expect(keys).toHaveLength(5);
    expect(new Set(codes)).toEqual(new Set(['bad-count']));
  });

  it.each([
    ['byte for byte', () => ({})],
    ['with a new time stamp', (n: number) => ({ serverTime: n })],
  ])('stops at a server that ignores offset, %s', async (_, extra) => {
    const ignores: Answer = (_asked, n) => ({
      results: names(2),
      totalCount: 50,
      resultCount: 2,
      ...extra(n),
    });
    const { source, asked } = await serve(ignores, { pageSize: 2 });
    const { faults } = await readAll(source);
    expect(asked).toHaveLength(2);
    expect(faults[0]?.message).toContain('the server ignores offset');
  });

  it('ends with a server that never does', async () => {
    let total = 2;
    const endless: Answer = ({ query }) => {
      total += 2;
      const offset = Number(query['offset']);
      return { results: names(offset + 2).slice(offset), totalCount: total, resultCount: 2 };
    };
    const { source, asked } = await serve(endless, { pageSize: 2 });
    const { faults } = await readAll(source);
    expect(asked.length).toBeLessThan(30);
    expect(faults.at(-1)?.message).toMatch(/no end after \d+ pages/);
  });

  it('follows hasMore where there is no total', async () => {
    const spaces = [1, 2, 3].map((id) => ({ id, name: `S${id}` }));
    const more: Answer = ({ query }) => {
      const offset = Number(query['offset']);
      return { results: spaces.slice(offset, offset + 2), hasMore: offset + 2 < 3 };
    };
    const { source } = await serve(more, { pageSize: 2 });
    const { keys, faults, pages } = await readAll(source, 'device_spaces');
    expect(keys).toEqual(['1', '2', '3']);
    expect(faults).toEqual([]);
    expect(pages.map((p) => p.total)).toEqual([null, null]);
  });

  it('tells of a hasMore that contradicts the total', async () => {
    const { source } = await serve(() => ({ results: [{ id: 1 }], hasMore: false, totalCount: 2 }), {
      pageSize: 1,
    });
    expect((await readAll(source, 'device_spaces')).faults[0]?.message).toContain(
      'hasMore is false, but 1 of 2 rows',
    );
  });

  it('ends with rows beyond the total, whatever hasMore says', async () => {
    let id = 0;
    const { source, asked } = await serve(
      () => ({ results: [{ id: ++id, name: `S${id}` }], hasMore: true, totalCount: 3 }),
      { pageSize: 1 },
    );
    const { faults } = await readAll(source, 'device_spaces');
    expect(asked).toHaveLength(4);
    expect(faults.map(({ message }) => message)).toContain(
      'device_spaces, page 3: totalCount is 3, but 4 rows were received',
    );
  });

  it('asks for fewer rows where an answer is too large', async () => {
    const all = names(160);
    const { source, asked } = await serve(honest(all), { limits: { pageBytes: 5_000 } });
    const { keys, error } = await readAll(source);
    expect(error).toBeNull();
    expect(keys).toHaveLength(160);
    expect(asked.map((a) => a.query['limit'])).toEqual(['200', '100', '100']);
  });

  it('keeps what came before a failure', async () => {
    const { source } = await serve(
      honest(names(4), (e, _, n) => (n === 0 ? e : '{"results": [')),
      { pageSize: 2 },
    );
    const { pages, error } = await readAll(source);
    expect(pages).toHaveLength(1);
    expect(error).toMatchObject({ code: 'bad-json' });
    expect(error?.message).toMatch(/^users, page 1: .* line 1/);
  });

  it.each([
    [401, 'unauthorised'],
    [403, 'denied'],
    [404, 'http-status'],
    [204, 'not-json-answer'],
  ])('a %i in the second page ends the read as %s', async (status, code) => {
    const { source, asked } = await serve(
      honest(names(4), (e, _, n) => (n === 0 ? e : status)),
      { pageSize: 2 },
    );
    expect((await readAll(source)).error).toMatchObject({ code });
    expect(asked).toHaveLength(2);
  });
});

describe('proving the end', () => {
  it('asks once behind it, and says nothing where nothing is there', async () => {
    const { source, asked } = await serve(honest(names(3)), { pageSize: 2 });
    const { pages, faults } = await readAll(source, 'users', '', { proveEnd: true });
    expect(asked.map((a) => a.query['offset'])).toEqual(['0', '2', '3']);
    expect(pages).toHaveLength(2);
    expect(faults).toEqual([]);
  });

  it('finds rows that a low count hides', async () => {
    const { source } = await serve(
      honest(names(5), (e) => ({ ...e, totalCount: 4 })),
      { pageSize: 2 },
    );
    const { codes, keys } = await readAll(source, 'users', '', { proveEnd: true });
    expect(codes).toEqual(['beyond-end']);
    expect(keys).toHaveLength(5);
  });

  it('needs nobody to ask for it where the last page is full', async () => {
    const low = (total: number) => honest(names(5), (e) => ({ ...e, totalCount: total }));
    const full = await serve(low(4), { pageSize: 2 });
    expect((await readAll(full.source)).codes).toEqual(['beyond-end']);
    const roomy = await serve(low(5), { pageSize: 2 });
    expect((await readAll(roomy.source)).codes).toEqual([]);
    expect(roomy.asked.map((a) => a.query['offset'])).toEqual(['0', '2', '4']);
  });

  it.each([
    [
      'the first page again',
      () => ({ results: names(1), totalCount: 1, resultCount: 1, time: Math.random() }),
    ],
    [
      'an error',
      (_: Asked, n: number) => (n === 0 ? { results: names(1), totalCount: 1, resultCount: 1 } : 500),
    ],
    [
      'nonsense',
      (_: Asked, n: number) => (n === 0 ? { results: names(1), totalCount: 1, resultCount: 1 } : '{'),
    ],
  ])('learns nothing from %s', async (_, answer) => {
    const { source, asked } = await serve(answer);
    const { codes, pages, error } = await readAll(source, 'users', '', { proveEnd: true });
    expect([codes, pages.length, error, asked.length]).toEqual([[], 1, null, 2]);
  });

  it('does not pass over a 401', async () => {
    const { source } = await serve(honest(names(1), (e, _, n) => (n === 0 ? e : 401)));
    expect((await readAll(source, 'users', '', { proveEnd: true })).error).toMatchObject({
      code: 'unauthorised',
    });
  });
});

describe('lookup', () => {
  const signal = new AbortController().signal;

  it('asks the server’s own search', async () => {
    const row = { id: null, name: 'Administrator', dn: 'cn=administrator,dc=x', type: 'user' };
    const { source, asked } = await serve(() => ({ results: [row], totalCount: 1, resultCount: 1 }));
    expect(await source.lookup('admin', 'USER', '1', signal)).toEqual({
      entries: [{ dn: row.dn, name: row.name, type: 'USER' }],
      total: 1,
    });
    expect(asked[0]).toEqual({
      path: '/rest/api/v2/admins/ldap_entities',
      query: { adminDeviceSpaceId: '1', type: 'USER', query: 'admin', limit: '10000', offset: '0' },
    });
  });

  it.each(['', '  ', 'x'.repeat(21)])('refuses the word %j', async (word) => {
    const { source, asked } = await serve(() => ({}));
    await expect(source.lookup(word, 'USER', '1', signal)).rejects.toHaveProperty('code', 'usage');
    expect(asked).toHaveLength(0);
  });

  it('names the row that is not as expected', async () => {
    const { source } = await serve(() => ({ results: [{ name: 'x', type: 'USER' }] }));
    await expect(source.lookup('x', 'USER', '1', signal)).rejects.toThrow(
      /ldap_entities, space 1: results\[0\]\.dn: /,
    );
  });
});
