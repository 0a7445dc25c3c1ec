import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkYaml } from '../platform/config/check.js';
import { configDigest } from './config-digest.js';
import { openSource } from './open-source.client.js';
import { checkReferences } from './references.client.js';
import { productOf, type SourceConfig, sourceNamed, sourcesSchema } from './source-config.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolewatch-sources-'));
  await writeFile(join(folder, 'password'), 'hunter2\n');
});
afterAll(() => rm(folder, { recursive: true }));

const HQ =
  'name: hq, kind: ivanti-epmm, url: "https://core.example.com", username: auditor, password: { file: password }';
const BRANCH = 'name: branch, kind: ivanti-epmm-files, folder: ./exports';

function sources(...texts: string[]): SourceConfig[] {
  return checkYaml(texts.map((text) => `- { ${text} }`).join('\n'), 'test.yaml', sourcesSchema(folder));
}
function source(text: string): SourceConfig {
  return sourceNamed({ sources: sources(text) }, 'hq');
}

describe('a source', () => {
  it('is found by its name, else the nearest one is named', () => {
    const config = { sources: sources(HQ, BRANCH) };
    expect(sourceNamed(config, 'branch').kind).toBe('ivanti-epmm-files');
    expect(() => sourceNamed(config, 'brnch')).toThrow('no source is called "brnch"; did you mean "branch"?');
    expect(() => sourceNamed(config, 'london')).toThrow(
      'no source is called "london"; configured are hq, branch',
    );
  });

  it('belongs to a product, however it is read', () => {
    expect(sources(HQ, BRANCH).map(({ kind }) => productOf(kind))).toEqual(['ivanti-epmm', 'ivanti-epmm']);
  });

  it('is opened as configured', async () => {
    const opened = await openSource(source(`${HQ}, scopes: [3]`));
    expect(opened).toMatchObject({
      name: 'hq',
      kind: 'ivanti-epmm',
      configuredScopes: ['3'],
      ownAccount: 'auditor',
    });
    await opened.close();
  });

  it('that cannot be opened says what is missing', async () => {
    await expect(openSource(source(`${HQ}, caFile: none.pem`))).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});

describe('what sources only name', () => {
  it('is checked all at once', async () => {
    const missing = sources(
      `${HQ.replace('file: password', 'env: ROLEWATCH_NO_SUCH_VARIABLE')}, caFile: none.pem`,
      BRANCH,
      HQ.replace('hq', 'east').replace('file: password', 'file: none'),
    );
    await expect(checkReferences(missing)).rejects.toThrow(
      [
        'ROLEWATCH_NO_SUCH_VARIABLE is not set (sources[0].password.env)',
        `cannot read ${join(folder, 'none.pem')}: there is no such file (sources[0].caFile)`,
        `cannot read ${join(folder, 'none')}: there is no such file (sources[2].password.file)`,
      ].join('\n'),
    );
  });

  it('passes where it is there', async () => {
    await expect(checkReferences(sources(HQ, BRANCH))).resolves.toBeUndefined();
  });
});

describe('the digest of a configuration', () => {
  const digest = (): string => configDigest(source(HQ));

  it.each([
    ['spelt-out defaults', 'pageSize: 1000, timezone: UTC, limits: { tries: 5 }, scopes: all'],
    ['another place of a file', 'caFile: /elsewhere/ca.pem'],
  ])('is the same for %s', (_, more) => expect(configDigest(source(`${HQ}, ${more}`))).toBe(digest()));

  it('is the same wherever the secret is kept', () => {
    expect(configDigest(source(HQ.replace('file: password', 'env: PW')))).toBe(digest());
  });

  it.each([
    'pageSize: 10',
    'scopes: [1]',
    'directoryDetail: full',
    'simulated: true',
    'basePath: /rest',
    'limits: { tries: 1 }',
  ])('differs with %s', (more) => expect(configDigest(source(`${HQ}, ${more}`))).not.toBe(digest()));
});
