import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { inspect } from 'node:util';
import { allOrEveryFault, readCertificates, readSecret } from './read-references.js';
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

describe('certificates', () => {
  it('that a file does not hold, or not whole, are named as what is wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rolewatch-certificates-'));
    const file = join(folder, 'ca.pem');
    const reading = async (text: string): Promise<string> => {
      await writeFile(file, text);
      return readCertificates(file, 'sources[0].caFile');
    };
    const [begin, end] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];
    await expect(reading('junk')).rejects.toThrow(
      /ca\.pem holds no certificate: .*\(sources\[0\]\.caFile\)$/,
    );
    await expect(reading(`${begin}\nMIIB\n${end}\n`)).rejects.toThrow(
      /^certificate 1 in .*ca\.pem is damaged/,
    );
    const [real] = rootCertificates;
    expect(await reading(`# ours\n${real}\n`)).toContain(real);
    await rm(folder, { recursive: true });
  });
});
