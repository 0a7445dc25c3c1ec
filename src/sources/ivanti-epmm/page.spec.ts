import { createHash } from 'node:crypto';
import type { Stream } from './lists.js';
import { readPage, readPing } from './page.js';

const at = new Date('2026-03-18T06:00:00Z');
function page(stream: Stream, body: unknown, scope = '1') {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return readPage({ bytes, sentAt: at, receivedAt: at }, { stream, scope, no: 0 });
}
const envelope = (results: readonly unknown[], extra = {}) => ({
  results,
  totalCount: results.length,
  resultCount: results.length,
  ...extra,
});
const users = (...ids: unknown[]) => ids.map((userId) => ({ userId, name: null }));

describe('readPage', () => {
  it('says what was read and proves it', () => {
    const body = JSON.stringify(envelope(users('misystem', 'miadmin'), { totalCount: 7, serverTime: 1 }));
    const read = page('users', body, '');
    expect(read).toMatchObject({ no: 0, rows: 2, total: 7, sentAt: at, receivedAt: at, faults: [] });
    expect(read.sha256).toBe(createHash('sha256').update(body).digest('hex'));
    expect(read.records().map((r) => r.matchKey)).toEqual(['misystem', 'miadmin']);
    expect(read.records()).toEqual(read.records());
  });

  it.each([
    ['the printed sample', '{{\n"results": [\n', 'bad-json'],
    ['an array', '[]', 'bad-shape'],
    ['no results', '{"totalCount":0,"resultCount":0}', 'bad-shape'],
    ['null for results', '{"results":null,"totalCount":0,"resultCount":0}', 'bad-shape'],
    ['a login page', '<html></html>', 'bad-json'],
  ])('ends the read on %s', (_, body, code) => {
    expect(() => page('user_summary', body)).toThrow(expect.objectContaining({ code }));
    expect(() => page('user_summary', body)).toThrow(/^user_summary, space 1, page 0: /);
  });

  it('keeps the other rows where one is unusable', () => {
    const read = page('users', envelope([...users('a', '', 7, 'b'), null]), '');
    expect(read.rows).toBe(5);
    expect(read.records().map((r) => r.matchKey)).toEqual(['a', 'b']);
    expect(read.faults.map((f) => [f.code, f.message.split(': ').slice(0, 2).join(': ')])).toEqual([
      ['bad-row', 'users, page 0: results[1].userId'],
      ['bad-row', 'users, page 0: results[2].userId'],
      ['bad-row', 'users, page 0: results[4]'],
    ]);
  });

  it('tells of many bad rows in few words', () => {
    const read = page('users', envelope(users(...Array.from({ length: 100 }, () => ''))), '');
    expect(read.faults).toHaveLength(21);
    expect(read.faults[20]?.message).toBe('users, page 0: and 80 more rows');
  });

  it('can be judged in turns, with the same outcome', () => {
    const body = envelope(users(...Array.from({ length: 1200 }, (_, i) => (i === 700 ? '' : `u${i}`))));
    const inTurns = page('users', body, '');
    const steps = inTurns.judging();
    let pauses = 0;
    while (steps.next().done !== true) pauses++;
    expect(pauses).toBe(2);
    expect(inTurns.records()).toEqual(page('users', body, '').records());
    expect(inTurns.noting([]).faults).toEqual(page('users', body, '').faults);
  });

  it('recognises masked answers, and tells the operator what to do', () => {
    const rows = [
      { name: '*****', principal: '*****', email: '', source: 'Local', spaceRoles: [] },
      { name: '*****', principal: '', email: '*****', source: 'Local', spaceRoles: null },
      { name: 'Ann', principal: 'ann', email: null, source: 'Local', spaceRoles: [] },
    ];
    const read = page('user_summary', envelope(rows));
    expect(read.faults).toHaveLength(1);
    expect(read.faults[0]).toMatchObject({ code: 'masked' });
    expect(read.faults[0]?.message).toMatch(/2 of 3 rows .* remove the GDPR profile/);
    expect(read.records().map((r) => r.matchKey)).toEqual(['ann']);
  });

  it.each([
    ['missing', { totalCount: undefined }, 'totalCount is missing'],
    ['null', { totalCount: null }, 'totalCount is null'],
    ['a text', { totalCount: '1' }, 'totalCount is "1"'],
    ['negative', { totalCount: -1 }, 'totalCount is -1'],
    ['a fraction', { totalCount: 1.5 }, 'totalCount is 1.5'],
  ])('has no total where totalCount is %s', (_, counts, words) => {
    const read = page('users', envelope(users('a'), counts), '');
    expect(read.total).toBeNull();
    expect(read.faults).toEqual([{ code: 'bad-count', message: expect.stringContaining(words) as string }]);
    expect(read.records()).toHaveLength(1);
  });

  it('doubts a totalCount beyond all lists, and keeps one that the store can hold', () => {
    const read = page('users', envelope(users('a'), { totalCount: 1e15 }), '');
    expect(read.total).toBe(100_000_000);
    expect(read.faults.map((f) => f.message)).toEqual([
      'users, page 0: totalCount is 1000000000000000; a whole number from 0 to 100000000 is due',
    ]);
  });

  it('holds resultCount against the rows', () => {
    const [fault] = page('users', envelope(users('a'), { resultCount: 2 }), '').faults;
    expect(fault).toEqual({
      code: 'bad-count',
      message: 'users, page 0: resultCount is 2, but results holds 1',
    });
  });
});

describe('the catalogue', () => {
  const role = (roleId: unknown) => ({
    roleId,
    roleDescription: 'R',
    defaultSpaceOnly: false,
    permissions: ['p'],
  });
  const categories = [
    { category: 'A', roleAndPermissions: [role(1), role(2)] },
    { category: 'B', roleAndPermissions: [role(3)] },
  ];

  it('counts roles once all categories are there', () => {
    const read = page('roles', envelope(categories));
    expect(read).toMatchObject({ rows: 3, total: 3, faults: [] });
    expect(read.records().map((r) => r.body['category'])).toEqual(['A', 'A', 'B']);
  });

  it('does not believe a total that is not the number of categories', () => {
    const read = page('roles', envelope(categories, { totalCount: 3 }));
    expect(read).toMatchObject({ rows: 3, total: null });
    expect(read.faults).toEqual([
      { code: 'bad-count', message: 'roles, space 1, page 0: totalCount is 3, but 2 categories are listed' },
    ]);
  });

  it('names a bad role, or a bad category, and keeps the others', () => {
    const read = page(
      'roles',
      envelope([{ category: 'A', roleAndPermissions: [role(1), role('2')] }, { category: 'B' }]),
    );
    expect(read.records().map((r) => r.matchKey)).toEqual(['1']);
    expect(read.faults.map((f) => f.message)).toEqual([
      expect.stringContaining('results[0].roleAndPermissions[1].roleId: '),
      expect.stringContaining('results[1].roleAndPermissions: '),
    ]);
  });
});

describe('what PostgreSQL cannot store', () => {
  it('is replaced in the name of a category and in versions', () => {
    const read = page(
      'roles',
      envelope([{ category: 'A\0\ud800', roleAndPermissions: [{ roleId: 1, permissions: [] }] }]),
    );
    expect(read.records().map((r) => r.body['category'])).toEqual(['A\ufffd\ufffd']);
    const results = { apiVersion: 2, vspVersion: '12\0\udc00' };
    expect(readPing(Buffer.from(JSON.stringify({ results })))).toMatchObject({
      serverVersion: '12\ufffd\ufffd',
    });
  });
});

describe('device_spaces', () => {
  const spaces = [{ id: 1, name: 'Global' }];
  it.each([
    ['hasMore alone', { hasMore: false }, null, []],
    ['a total alone', { totalCount: 1 }, 1, []],
    ['both', { hasMore: false, totalCount: 1, resultCount: 1 }, 1, []],
    ['neither', {}, null, ['neither hasMore nor totalCount']],
    ['a text for hasMore', { hasMore: 'false' }, null, ['hasMore is "false"']],
    ['a bad total', { hasMore: false, totalCount: -1 }, null, ['totalCount is -1']],
  ])('knows its end by %s', (_, counts, total, faults) => {
    const read = page('device_spaces', { results: spaces, ...counts }, '');
    expect(read.total).toBe(total);
    expect(read.faults.map((f) => f.message)).toEqual(
      faults.map((words) => expect.stringContaining(words) as string),
    );
  });
});

describe('readPing', () => {
  it('reads the versions, and lacks of them', () => {
    const ping = (results: unknown) => readPing(Buffer.from(JSON.stringify({ results })));
    expect(ping({ apiVersion: 2, vspVersion: 'VSP 12.8.0.0 Build 9' })).toEqual({
      serverVersion: 'VSP 12.8.0.0 Build 9',
      apiVersion: '2',
    });
    expect(ping([{ apiVersion: '2.0' }])).toEqual({ serverVersion: null, apiVersion: '2.0' });
    expect(() => ping(undefined)).toThrow(/^ping: results: /);
  });
});
