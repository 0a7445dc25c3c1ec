import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { allOrEveryFault, readSecret } from './read-references.js';
import { Secret } from './secret.js';

describe('secrets', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rolewatch-secret-'));
    await writeFile(join(folder, 'good'), ' pass word \n');
    await writeFile(join(folder, 'empty'), '\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are read from the environment and from files, without one trailing line end', async () => {
    const wanted = [
      { at: 'sources[0].password', reference: { env: 'PW' } },
      { at: 'sources[1].password', reference: { file: join(folder, 'good') } },
    ];
    const secrets = await allOrEveryFault(wanted.map((one) => readSecret(one, { PW: 'hunter2' })));
    expect(secrets.map((secret) => secret.reveal())).toEqual(['hunter2', ' pass word ']);
  });

  it('that are missing are named all at once, with their place in the configuration', async () => {
    const wanted = [
      { at: 'sources[0].password', reference: { env: 'HQ_PASSWORD' } },
      { at: 'sources[1].password', reference: { env: 'EMPTY' } },
      { at: 'sources[2].password', reference: { file: join(folder, 'none') } },
      { at: 'sources[3].password', reference: { file: join(folder, 'empty') } },
      { at: 'sources[4].password', reference: { file: folder } },
    ];
    const reads = wanted.map((one) => readSecret(one, { EMPTY: '' }));
    await expect(allOrEveryFault(reads)).rejects.toThrow(
      [
        'HQ_PASSWORD is not set (sources[0].password.env)',
        'EMPTY is not set (sources[1].password.env)',
        `cannot read ${join(folder, 'none')}: there is no such file (sources[2].password.file)`,
        `${join(folder, 'empty')} is empty (sources[3].password.file)`,
        `cannot read ${folder}: it is a folder (sources[4].password.file)`,
      ].join('\n'),
    );
  });

  it('show themselves only to who asks', () => {
    const secret = new Secret('hunter2');
    const shown = [
      String(secret),
      [secret].join(),
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
    ];
    expect(shown.join()).not.toContain('hunter2');
    expect(shown.join()).toContain('[secret]');
  });
});
