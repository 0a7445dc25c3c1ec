import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, SourceError } from '../source.js';
import { createIvantiEpmmFiles, type IvantiEpmmFilesSource } from './ivanti-epmm-files.client.js';

const MANIFEST = 'exportedAt: 2026-03-18T06:00:00+01:00\nexporter: J. Doe\nserver: core.example.com\n';
const deps = { now: () => new Date('2026-03-20T00:00:00Z') };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  folders.push(folder);
  for (const [name, body] of Object.entries({ 'manifest.yaml': MANIFEST, ...files })) {
    writeFileSync(join(folder, name), typeof body === 'string' ? body : JSON.stringify(body));
  }
  return folder;
}

const open = (folder: string, settings = {}): Promise<IvantiEpmmFilesSource> =>
  createIvantiEpmmFiles({ name: 'hq', folder, scopes: null, ...settings }, deps);
const source = (files: Readonly<Record<string, unknown>>, settings = {}): Promise<IvantiEpmmFilesSource> =>
  open(folderOf(files), settings);

async function readAll(from: IvantiEpmmFilesSource, stream: string, scope = '1') {
  const pages: Page[] = [];
  let error: SourceError | null = null;
  try {
    for await (const page of from.read({ stream, scope }, { signal: new AbortController().signal }))
      pages.push(page);
  } catch (e) {
    error = e as SourceError;
  }
  const keys = pages.flatMap((page) => page.records().map((record) => record.matchKey));
  return { pages, error, keys, faults: pages.flatMap((page) => page.faults) };
}

const list = (results: readonly unknown[], totalCount = results.length) => ({
  results,
  totalCount,
  resultCount: results.length,
});
const users = (...ids: string[]) => ids.map((userId) => ({ userId, name: null }));
const entry = (name: string, type: string) => ({
  id: null,
  name,
  dn: `cn=${name},dc=x`,
  type,
  memberCount: 0,
  spaceRoles: [],
});

describe('an export', () => {
  it('is dated and signed by its exporter', async () => {
    const from = await source({
      'ping.json': { results: { vspVersion: '12.8' } },
      'users.json': list(users('a')),
    });
    expect(from).toMatchObject({
      kind: 'ivanti-epmm-files',
      statedBy: 'J. Doe',
      ownAccount: null,
      scopeStream: null,
    });
    expect(from.exportedAt).toEqual(new Date('2026-03-18T05:00:00Z'));
    expect(await from.ping()).toEqual({ serverVersion: '12.8', apiVersion: null });
    const { pages, keys, faults } = await readAll(from, 'users', '');
    expect(pages[0]).toMatchObject({
      no: 0,
      rows: 1,
      total: 1,
      sentAt: from.exportedAt,
      receivedAt: from.exportedAt,
    });
    expect([keys, faults]).toEqual([['a'], []]);
  });

  it('may lack the ping', async () => {
    expect(await (await source({})).ping()).toEqual({ serverVersion: null, apiVersion: null });
  });

  it('is read file by file in the order of the rows', async () => {
    const from = await source({
      'user_summary.space-1.offset-10.json': list([{ principal: 'k', spaceRoles: [] }], 11),
      'user_summary.space-1.offset-0.json': list(
        Array.from({ length: 10 }, (_, i) => ({ principal: `u${i}`, spaceRoles: [] })),
        11,
      ),
    });
    const { keys, faults, pages } = await readAll(from, 'user_summary');
    expect(keys).toEqual([...Array.from({ length: 10 }, (_, i) => `u${i}`), 'k']);
    expect(pages.map((p) => [p.no, p.total])).toEqual([
      [0, 11],
      [1, 11],
    ]);
    expect(faults).toEqual([]);
  });

  it('may hold the directory by type, as one list', async () => {
    const from = await source({
      'ldap_entity_summary.ou.space-1.offset-0.json': list([entry('o', 'OU')]),
      'ldap_entity_summary.GROUP.space-1.offset-0.json': list([]),
      'ldap_entity_summary.USER.space-1.offset-0.json': list([entry('a', 'USER'), entry('b', 'USER')], 3),
      'ldap_entity_summary.USER.space-1.offset-2.json': list([entry('c', 'USER')], 3),
    });
    const { pages, faults, keys } = await readAll(from, 'ldap_entity_summary');
    expect(pages.map((p) => [p.no, p.rows, p.total])).toEqual([
      [0, 1, 4],
      [1, 0, 4],
      [2, 2, 4],
      [3, 1, 4],
    ]);
    expect(keys).toHaveLength(4);
    expect(faults).toEqual([]);
  });
});

describe('scopes', () => {
  const summaries = { 'roles.space-10.offset-0.json': list([]), 'roles.space-2.offset-0.json': list([]) };
  const spaces = (...ids: number[]) => ({
    results: ids.map((id) => ({ id, name: `S${id}` })),
    hasMore: false,
  });

  it('are those in the names of files where no list of them is there', async () => {
    const from = await source(summaries);
    expect([from.scopeStream, from.configuredScopes]).toEqual([null, ['2', '10']]);
  });

  it('are those of device_spaces where it is there', async () => {
    const from = await source({ ...summaries, 'device_spaces.json': spaces(2, 10) });
    expect([from.scopeStream, from.configuredScopes]).toEqual(['device_spaces', null]);
    expect((await readAll(from, 'device_spaces', '')).faults).toEqual([]);
  });

  it('are those configured before all others', async () => {
    expect((await source(summaries, { scopes: ['2'] })).configuredScopes).toEqual(['2']);
  });

  it('that device_spaces does not list are told', async () => {
    const from = await source({ ...summaries, 'device_spaces.json': spaces(2) });
    const { faults } = await readAll(from, 'device_spaces', '');
    expect(faults).toEqual([
      { code: 'bad-shape', message: 'there are files of space 10, which device_spaces does not list' },
    ]);
  });
});

describe('what is missing or too much', () => {
  it('a list without a file ends its read', async () => {
    const { error } = await readAll(await source({}), 'user_summary', '3');
    expect(error).toMatchObject({
      code: 'missing-file',
      message: 'user_summary.space-3.offset-0.json is not in the folder',
    });
  });

  it('a type without a file ends the read of the directory', async () => {
    const from = await source({
      'ldap_entity_summary.OU.space-1.offset-0.json': list([]),
      'ldap_entity_summary.USER.space-1.offset-0.json': list([]),
    });
    expect((await readAll(from, 'ldap_entity_summary')).error?.message).toBe(
      'ldap_entity_summary.GROUP.space-1.offset-0.json is not in the folder',
    );
  });

  it.each([
    ['first', { 'users.offset-1.json': list(users('b'), 2) }, 'users.offset-0.json'],
    [
      'middle',
      { 'users.json': list(users('a'), 3), 'users.offset-2.json': list(users('c'), 3) },
      'users.offset-1.json',
    ],
    ['last', { 'users.json': list(users('a'), 2) }, 'users.offset-1.json'],
  ])('the %s file is named', async (_, files, name) => {
    const { faults } = await readAll(await source(files), 'users', '');
    expect(faults[0]?.code).toBe('missing-file');
    expect(faults[0]?.message).toContain(`${name} is not in the folder`);
  });

  it('files that overlap are told', async () => {
    const from = await source({
      'users.json': list(users('a', 'b'), 3),
      'users.offset-1.json': list(users('b', 'c'), 3),
    });
    expect((await readAll(from, 'users', '')).faults[0]).toMatchObject({
      code: 'bad-count',
      message: expect.stringContaining('users.offset-1.json overlaps with the 2 rows') as string,
    });
  });

  it('rows behind the stated end are told, an empty last file is not', async () => {
    const files = { 'users.json': list(users('a')), 'users.offset-1.json': list([], 1) };
    expect((await readAll(await source(files), 'users', '')).faults).toEqual([]);
    const more = await source({ ...files, 'users.offset-1.json': list(users('b'), 1) });
    expect((await readAll(more, 'users', '')).faults.map((f) => f.code)).toEqual(['beyond-end']);
  });
});

describe('names of files', () => {
  it.each([
    ['user_sumary.space-1.offset-0.json', /no stream is called "user_sumary"; did you mean "user_summary"/],
    ['notes.txt', /notes.txt: no stream/],
    ['users.txt', /users.txt: expected a name like users.offset-0.json/],
    [
      'user_summary.json',
      /expected the space and the offset in its name, like user_summary.space-1.offset-0.json/,
    ],
    ['ldap_entity_summary.GROPU.space-1.offset-0.json', /no type is called "GROPU"; did you mean "GROUP"/],
    ['roles.ALL.space-1.offset-0.json', /roles has no types/],
    ['roles.space-01.offset-0.json', /expected a name like/],
    ['roles.space-1.offset--1.json', /expected a name like/],
  ])('%s is refused', async (name, words) => {
    await expect(source({ [name]: '{}' })).rejects.toThrow(words);
  });

  it.each([
    [['users.json', 'users.offset-0.json'], /says the same place as/],
    [['users.space-1.offset-0.json', 'users.space-2.offset-0.json'], /says the same place as/],
    [
      ['ldap_entity_summary.all.space-1.offset-0.json', 'ldap_entity_summary.ALL.space-1.offset-0.json'],
      /the same place/,
    ],
    [
      ['ldap_entity_summary.ALL.space-1.offset-0.json', 'ldap_entity_summary.OU.space-1.offset-0.json'],
      /overlaps with/,
    ],
  ])('%j are refused together', async (names, words) => {
    await expect(source(Object.fromEntries(names.map((name) => [name, '{}'])))).rejects.toThrow(words);
  });

  it('that begin with a dot are passed over', async () => {
    await expect(source({ '.DS_Store': 'x' })).resolves.toBeDefined();
  });
});

describe('the manifest', () => {
  it.each([
    [
      'exportedAt: 2026-03-18T06:00:00\nexporter: a\nserver: b',
      /exportedAt: expected a moment with its zone/,
    ],
    ['exportedAt: yesterday\nserver: b', /exportedAt: .*; exporter: expected a text/],
    ['exportedAt: 2026-03-20T00:00:01Z\nexporter: a\nserver: b', /exportedAt: .* is in the future/],
    ['exportedAt: 2026-02-30T00:00:00Z\nexporter: a\nserver: b', /exportedAt: expected a moment/],
    [`${MANIFEST}exproter: x`, /exproter: not known; did you mean "exporter"/],
    [
      'exportedAt: 2026-03-18T06:00:00Z\nexporter: "a\\0"\nserver: b',
      /exporter: expected a text without NUL/,
    ],
    [`${MANIFEST}server: again`, /Map keys must be unique/],
    ['a: &a [x]\nb: [*a, *a, *a]', /manifest.yaml: /],
    ['- just\n- a list', /manifest.yaml: /],
    ['"', /manifest.yaml: /],
    ['', /manifest.yaml: /],
  ])('%j is refused', async (text, words) => {
    await expect(source({ 'manifest.yaml': text })).rejects.toThrow(words);
    await expect(source({ 'manifest.yaml': text })).rejects.toHaveProperty('name', 'SourceError');
  });

  it('must be there, and so must the folder', async () => {
    const folder = folderOf({});
    rmSync(join(folder, 'manifest.yaml'));
    await expect(open(folder)).rejects.toMatchObject({
      code: 'missing-file',
      message: 'manifest.yaml: is not there',
    });
    await expect(open(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'missing-file' });
  });
});

describe('the folder', () => {
  it('is never left', async () => {
    const outside = folderOf({ 'secret.json': list(users('stolen')) });
    const folder = folderOf({});
    symlinkSync(join(outside, 'secret.json'), join(folder, 'users.json'));
    const { error, pages } = await readAll(await open(folder), 'users', '');
    expect(pages).toHaveLength(0);
    expect(error).toMatchObject({ code: 'bad-shape' });
    expect(error?.message).toContain('leads out of the folder');
  });

  it('may itself be a link', async () => {
    const folder = folderOf({ 'users.json': list(users('a')) });
    const link = join(folderOf({}), 'link');
    symlinkSync(folder, link);
    expect((await readAll(await open(link), 'users', '')).keys).toEqual(['a']);
  });

  it('holds no file that is too large, and no pipe that never ends', async () => {
    const folder = folderOf({ 'users.json': list(users('a'.repeat(100))) });
    execFileSync('mkfifo', [join(folder, 'roles.space-1.offset-0.json')]);
    const from = await open(folder, { pageBytes: 100 });
    expect((await readAll(from, 'users', '')).error).toMatchObject({ code: 'too-large' });
    expect((await readAll(from, 'roles')).error?.message).toBe(
      'roles.space-1.offset-0.json: is not a plain file',
    );
  });

  it('is not read on once cancelled', async () => {
    const from = await source({ 'users.json': list(users('a')) });
    const read = from.read({ stream: 'users', scope: '' }, { signal: AbortSignal.abort() });
    await expect(read.next()).rejects.toHaveProperty('code', 'cancelled');
  });
});
