import { readFile } from 'node:fs/promises';
import { checkYaml } from '../../platform/config/check.js';
import { section } from '../../platform/config/section.js';
import { projectFile } from '../../platform/project-files.js';
import { checkReferences } from '../references.client.js';
import { sourcesSchema } from '../source-config.js';

const read = (yaml: string) => checkYaml(yaml, 'rolewatch.yaml', section({ sources: sourcesSchema('/etc') }));
const faults = (yaml: string): string[] => {
  try {
    read(yaml);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
};

const AREAS =
  'team, roles, members, reports, devices, groups, policies, enrolment-tokens, device-commands, device-possession, webhooks, access-tokens, billing';
const source = (list: string, more = ''): string =>
  `sources:\n- name: t\n  kind: mambo-emm\n  team: acme\n  url: https://emm.example.com\n  headers: { Authorization: { env: T, prefix: "Bearer " } }\n${more}  lists:\n    accessTokens: ${list}\n`;
const LIST = `{ path: /t, itemsAt: $, paging: { style: none }, fields: { id: id }, permissions: { notGiven: [${AREAS}] } }`;

describe('the configuration of a team over HTTP', () => {
  it('is what docs/mambo-emm.md shows', async () => {
    const manual = await readFile(projectFile('docs', 'mambo-emm.md'), 'utf8');
    const examples = [...manual.matchAll(/```yaml\n(sources:.*?)```/gs)].map(
      ([, example = '']) => read(example).sources,
    );
    expect(examples.flat().map(({ kind }) => kind)).toEqual([
      'mambo-emm-files',
      'mambo-emm-files',
      'mambo-emm',
    ]);
    expect(examples.flat()[2]).toMatchObject({
      scopes: ['acme-field'],
      headers: {
        authorization: { secret: { env: 'MAMBO_TOKEN' }, prefix: 'Bearer ', written: 'Authorization' },
      },
      lists: { accessTokens: { itemsAt: ['data', 'items'], paging: { style: 'offset' } } },
    });
  });

  it('takes names apart by dots, as a list, or the whole', () => {
    const paths = ['$', '$.a.b', 'a.b', '[a.b, c]'].map((path) => {
      const [team] = read(source(LIST.replace('itemsAt: $', `itemsAt: ${path}`))).sources;
      return team?.kind === 'mambo-emm' && team.lists.accessTokens?.itemsAt;
    });
    expect(paths).toEqual([[], ['a', 'b'], ['a', 'b'], ['a.b', 'c']]);
  });

  it('has no defaults for what is not public', () => {
    expect(faults(source('{}')).map((fault) => fault.split(': ')[0]?.split(' ')[1])).toEqual(
      ['path', 'itemsAt', 'paging', 'fields', 'permissions'].map(
        (key) => `sources[0].lists.accessTokens.${key}`,
      ),
    );
  });

  it('must say where each area is, and what each word means', () => {
    const permissions =
      '{ areas: { webhooks: w, polices: p }, levels: { webhooks: { RW: mange } }, notGiven: [team] }';
    const all = faults(source(LIST.replace(/permissions: .*/, `permissions: ${permissions} }`)));
    expect(all).toEqual([
      expect.stringMatching(/permissions: says nothing of roles, members, .*, billing: say where they are/),
      expect.stringMatching(/permissions\.areas\.polices: unknown key; did you mean "policies"\?$/),
      expect.stringMatching(
        /permissions\.levels\.webhooks\.RW: must be one of none, view, manage, delete; did you mean "manage"\?$/,
      ),
    ]);
    const wordless = LIST.replace(
      /permissions: .*/,
      `permissions: { areas: { webhooks: w }, notGiven: [${AREAS}] } }`,
    );
    expect(faults(source(wordless))).toEqual([
      expect.stringContaining(
        "webhooks: has no words: say under levels.webhooks (or levels.any) what the server's words mean",
      ),
    ]);
    const listed = `{ listed: { at: scopes, words: { wh: webhooks.mange } }, notGiven: [${AREAS}] }`;
    expect(faults(source(LIST.replace(/permissions: .*/, `permissions: ${listed} }`)))).toEqual([
      expect.stringContaining(
        'listed.words.wh: must be one of our permissions, or none; did you mean "webhooks.manage"?',
      ),
    ]);
  });

  it('names a header whose secret is not there as the file spells it', async () => {
    const { sources } = read(
      source(LIST).replace(/headers: .*/, 'headers: { X-Api-Key: { env: NO_SUCH_KEY } }'),
    );
    await expect(checkReferences(sources)).rejects.toThrow(
      'NO_SUCH_KEY is not set (sources[0].headers.X-Api-Key.env)',
    );
  });

  it('takes secrets by reference only, and no header that the client sets itself', () => {
    const headers = (yaml: string) => faults(source(LIST).replace(/headers: .*/, `headers: ${yaml}`));
    expect(headers('{ Authorization: Bearer hunter2 }').join()).toMatch(
      /Authorization: may not stand in this file/,
    );
    expect(headers('{ Authorization: { value: hunter2 } }').join()).toMatch(
      /Authorization: may hold a secret/,
    );
    expect(headers('{ X-Api-Key: { file: key, prefix: "k=" }, Accept-Version: { value: "2" } }')).toEqual([]);
    expect(headers('{ X-Team: { value: a }, x-team: { value: b } }').join()).toMatch(
      /x-team: stands there already/,
    );
    expect(headers('{ Host: { value: other } }').join()).toMatch(/is set by Rolewatch itself/);
    expect(headers('{ X: { env: A, prefix: "a\\r\\nB: c" } }').join()).toMatch(
      /X\.prefix: must be a text on one line/,
    );
    expect(headers('{ Authorization: Bearer hunter2 }').join()).not.toContain('hunter2');
  });
});
