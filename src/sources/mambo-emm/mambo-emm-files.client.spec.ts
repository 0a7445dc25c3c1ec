import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { MAMBO_AREAS } from '../../access/mambo-emm.js';
import { projectFile } from '../../platform/project-files.js';
import type { ReadRecord, Source } from '../source.js';
import { createMamboEmmFiles } from './mambo-emm-files.client.js';

const TEAM = 'acme-field';
const NOW = (): Date => new Date('2026-04-01T00:00:00Z');
const HEAD = `format: rolewatch-mambo-emm/1\nteam: ${TEAM}\nexportedAt: 2026-03-18T05:00:00Z\nexporter: Eve\n`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolewatch-mambo-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const opened = (file: string): Promise<Source> =>
  createMamboEmmFiles({ name: 'team', team: TEAM, file }, NOW);

/** What opening this text says is wrong, line by line. */
async function faults(name: string, text: string): Promise<string[]> {
  const file = await written(name, text);
  return opened(file).then(
    () => [],
    (error: unknown) => (error as Error).message.split('\n'),
  );
}

async function records(source: Source): Promise<Record<string, readonly ReadRecord[]>> {
  const lists: Record<string, readonly ReadRecord[]> = {};
  for (const step of source.scopedSteps(TEAM)) {
    const pages = source.read(step, { signal: new AbortController().signal });
    for await (const page of pages) lists[step.stream] = page.records();
  }
  return lists;
}

const EXAMPLE = projectFile('docs', 'examples', 'mambo-emm.yaml');

describe('an export of mambo EMM', () => {
  it('is the example of the documentation, as YAML, JSON and CSV alike', async () => {
    const yaml = await opened(EXAMPLE);
    const json = await written(
      'example.json',
      JSON.stringify(parse(await readFile(EXAMPLE, 'utf8')), null, '\t'),
    );
    const csv = projectFile('docs', 'examples', 'mambo-emm-csv', 'access-tokens.csv');
    const read = await records(yaml);
    expect(Object.entries(read).map(([stream, rows]) => [stream, rows.length])).toEqual([
      ['access_tokens', 3],
      ['roles', 3],
      ['members', 3],
    ]);
    expect(await records(await opened(json))).toEqual(read);
    expect(await records(await opened(csv))).toEqual(read);
    expect(yaml).toMatchObject({ statedBy: 'Eve Exporter', exportedAt: new Date('2026-03-18T05:00:00Z') });
  });

  it('says of a token what it holds and who answers for it, names apart from the rest', async () => {
    const { access_tokens: [, token] = [] } = await records(await opened(EXAMPLE));
    expect(token).toMatchObject({
      nameSpace: 'token',
      matchKey: 'tok-ci',
      body: {
        permissions: [
          'device-commands.reboot',
          'device-commands.wipe',
          'policies.manage',
          'policies.view',
          'team.view',
          'webhooks.manage',
          'webhooks.view',
        ],
        createdAt: '2025-11-03T14:00:00.000Z',
        expiresAt: null,
        lastRotatedAt: null,
      },
      personal: { key: 'tok-ci', name: 'CI pipeline', owner: 'platform@example.com', createdBy: null },
    });
    expect(token?.grants).toContainEqual({ target: 'permission:device-commands.wipe', inScope: TEAM });
  });

  it('gives the same bytes for the same moment and the same level, however they are spelt', async () => {
    const rows = (areas: string, moment: string): string =>
      `${HEAD}accessTokens: [{ id: a, createdAt: ${moment}, permissions: ${areas} }]`;
    const one = await records(
      await opened(
        await written('a.yaml', rows('{ webhooks: none, team: view }', '2026-01-01T01:00:00+01:00')),
      ),
    );
    const other = await records(
      await opened(await written('b.yml', rows('{ team: view }', '"2026-01-01T00:00:00.000Z"'))),
    );
    expect(one).toEqual(other);
  });

  it('need not have roles and members; then those lists are not read', async () => {
    const source = await opened(await written('tokens.yaml', `${HEAD}accessTokens: []\n`));
    expect(source.scopedSteps(TEAM)).toEqual([{ stream: 'access_tokens', scope: TEAM }]);
  });

  it('keeps the rights of both where a read is not believed', async () => {
    const source = await opened(EXAMPLE);
    const { access_tokens: [first] = [], members: [member] = [] } = await records(source);
    if (!first || !member) throw new Error('the example has a token and a member');
    const stored = { ...first.body, permissions: ['billing.update'] };
    const merged = source.withRightsOf(stored, first);
    expect(merged.body['permissions']).toEqual(
      [...(first.body['permissions'] as string[]), 'billing.update'].sort(),
    );
    expect(merged.grants).toHaveLength(first.grants.length + 1);
    expect(source.withRightsOf({ permissions: [], roles: ['finance'] }, member).grants).toEqual([
      { target: 'role:finance', inScope: TEAM },
      { target: 'role:team-owner', inScope: TEAM },
    ]);
  });
});

describe('a faulty export', () => {
  it('has every fault listed with its place, what would be right, and the nearest known word', async () => {
    const text = [
      'format: rolewatch-mambo-emm/2',
      'team: acme',
      'exportedAt: 2026-05-01T00:00:00Z',
      'accessTokens:',
      '  - id: a',
      '    expires: 2026-05-01T00:00:00Z',
      '    permissions:',
      '      webhook: manage',
      '      policies: mange',
      '      groups: none',
      '      device-commands: [wipe, lok, wipe]',
      '  - id: a',
      '    createdAt: yesterday',
      '    permissions: {}',
      '  - id: 7',
      'roles: [{ id: helpdesk, permissions: {} }]',
      'members: [{ id: ann, roles: [helpdsk] }]',
    ].join('\n');
    expect(await faults('bad.yaml', text)).toEqual([
      'bad.yaml has 14 faults',
      'bad.yaml:1:1 exporter: missing; it must be a text that is not blank',
      'bad.yaml:1:9 format: must be rolewatch-mambo-emm/1',
      'bad.yaml:2:7 team: is another team than the one that this source is configured for (team in rolewatch.yaml)',
      'bad.yaml:3:13 exportedAt: is in the future',
      'bad.yaml:6:5 accessTokens[0].expires: unknown key; did you mean "expiresAt"?',
      'bad.yaml:8:7 accessTokens[0].permissions.webhook: unknown key; did you mean "webhooks"?',
      'bad.yaml:9:17 accessTokens[0].permissions.policies: must be one of view, manage, delete; did you mean "manage"?',
      'bad.yaml:10:15 accessTokens[0].permissions.groups: must be one of view, manage, delete',
      'bad.yaml:11:31 accessTokens[0].permissions.device-commands[1]: must be one of lock, reset-password, reboot, wipe, remote-control, clear-app-data, broadcast, manage-esims, run-adb; did you mean "lock"?',
      'bad.yaml:12:9 accessTokens[1].id: is the id of another entry too; each has its own',
      'bad.yaml:13:16 accessTokens[1].createdAt: must be a moment with its zone, for example 2026-03-18T06:00:00+01:00',
      'bad.yaml:15:5 accessTokens[2].permissions: missing; it must be a mapping of keys to values; known here: team, roles, members, reports, devices, groups, policies, enrolment-tokens, device-possession, webhooks, access-tokens, billing, device-commands',
      'bad.yaml:15:9 accessTokens[2].id: must be a text that is not blank; a number needs quotes, so that 007 stays 007',
      'bad.yaml:17:30 members[0].roles[0]: is no id of a role in this export; did you mean "helpdesk"?',
    ]);
  });

  it('is told of in JSON with the same places', async () => {
    const text = `{"format": "rolewatch-mambo-emm/1", "team": "${TEAM}",\n\t"exportedAt": "2026-03-18T05:00:00Z", "exporter": "Eve",\n\t"accessTokens": [{"id": "a",\n\t\t"permissions": {"billing": "view"}, "__proto__": {}}]}`;
    expect(await faults('bad.json', text)).toEqual([
      'bad.json has 2 faults',
      expect.stringMatching(
        /^bad\.json:4:30 accessTokens\[0\]\.permissions\.billing: must be one of none, update/,
      ),
      expect.stringMatching(/^bad\.json:4:39 accessTokens\[0\]\.__proto__: unknown key/),
    ]);
    expect(await faults('cut.json', text.slice(0, -3))).toEqual([
      expect.stringContaining('cut.json: not valid JSON'),
    ]);
    expect(await faults('twice.json', '{"team": "a", "team": "b"}')).toEqual([
      expect.stringContaining('the key "team" is there twice'),
    ]);
  });

  it('is told of in CSV by cell, in all its files at once', async () => {
    await written('manifest.yaml', `${HEAD}roles: r.csv\nmembers: m.csv\n`);
    const header = `id,name,${MAMBO_AREAS.join(',')}`;
    await written('r.csv', `${header}\nhelpdesk,"Help\ndesk",view,,,,,,,,,,,,\nx,,vew,,,,,,,,,,,,\n`);
    await written('m.csv', 'id,roles\nann,helpdesk; helpdsk\n');
    const all = await faults('t.csv', `${header},token\na,Zoë,view,,,,,,,,wipe lok,,,,,sekret\nb,,view\n`);
    expect(all).toEqual([
      't.csv has 2 faults',
      expect.stringMatching(/^t\.csv:1:\d+ token: looks like a token's value/),
      't.csv:3:1 accessTokens[1]: has 3 cells under 16 columns; what is empty is a cell, too',
      'r.csv has a fault',
      'r.csv:4:4 roles[1].permissions.team: must be one of view, manage-general, manage-security; did you mean "view"?',
      'm.csv has a fault',
      'm.csv:2:5 members[0].roles[1]: is no id of a role in this export; did you mean "helpdesk"?',
    ]);
    expect(all.join()).not.toContain('sekret');
    expect(await faults('s.csv', `${header}\na,Zoë,view,,,,,,,,wipe lok,,,,\n`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^s\.csv:2:19 accessTokens\[0\]\.permissions\.device-commands\[1\]: must be/),
      ]),
    );
    expect(await faults('q.csv', 'id,name\n"a,b\n')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^q\.csv:\d+:\d+ is not CSV: a double quote is opened/)]),
    );
  });

  it('is told of where a column of an area is missing: it would say nothing of everybody', async () => {
    await written('manifest.yaml', HEAD);
    const areas = MAMBO_AREAS.filter((area) => area !== 'billing').join(',');
    expect(await faults('t.csv', `id,${areas}\n`)).toEqual([
      't.csv has a fault',
      't.csv:1:1 billing: this column is missing; leave its cells empty where nothing of the area is held',
    ]);
  });

  it.each([
    ['a key that says so', 'secret: hunter2hunter2', 'hunter2'],
    ['a token in the place of a name', 'name: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl', 'eyJ'],
    ['a header', 'owner: Bearer abcdefghijkl', 'abcdefghijkl'],
    ['a long unbroken word', 'createdBy: mmb_9fK2sLq8ZxW4vB7nT1yR6uP3', '9fK2'],
  ])('is refused for a secret in it, which is not shown: %s', async (_, line, secret) => {
    const all = await faults(
      'secret.yaml',
      `${HEAD}accessTokens:\n  - id: a\n    permissions: {}\n    ${line}\n`,
    );
    expect(all).toHaveLength(2);
    expect(all[1]).toMatch(/^secret\.yaml:8:\d+ .*looks like a token's value.*revoke it/);
    expect(all.join()).not.toContain(secret);
  });

  it.each(['', '\ufeff\r\n', 'sep=;\r\nid;name\r\n', 'id\tname\tteam\na\tA\tview\n'])(
    'is told of once where it is no table: %j',
    async (text) => {
      await written('manifest.yaml', HEAD);
      expect(await faults('t.csv', text)).toEqual([
        't.csv has a fault',
        expect.stringMatching(/^t\.csv:1:1 the first row must name the columns/),
      ]);
    },
  );

  it('with a merge key is told to write the keys out', async () => {
    const text = `${HEAD}accessTokens:\n  - id: a\n    permissions: { <<: { team: view } }\n`;
    expect(await faults('bad.yaml', text)).toContain(
      'bad.yaml:7:20 accessTokens[0].permissions.<<: merge keys are not known here; write the keys out',
    );
  });

  it('of an unknown kind, or of another encoding, is refused', async () => {
    expect(await faults('a.xml', '<a/>')).toEqual([
      'a.xml: must end in .yaml, .yml, .json or .csv: that says how it is read',
    ]);
    await writeFile(join(folder, 'latin.yaml'), Buffer.from(`${HEAD}accessTokens: [] # \xe4`, 'latin1'));
    await expect(opened(join(folder, 'latin.yaml'))).rejects.toThrow('is not a UTF-8 text');
    await expect(opened(join(folder, 'nothing.yaml'))).rejects.toThrow('nothing.yaml: is not there');
  });

  it('never ends in anything but rows or faults, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (text) => {
        const [first = ''] = await faults('any.json', text);
        expect(first).toMatch(/any\.json/);
      }),
      { numRuns: 50 },
    );
  });
});
