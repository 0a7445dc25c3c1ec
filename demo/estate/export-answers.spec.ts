import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { EpmmServer } from './epmm-server.js';
import { exportAnswers } from './export-answers.js';
import { northwind } from './northwind.js';

describe('exported answers', () => {
  const estate = northwind();
  const exportedAt = new Date('2031-05-06T07:08:09Z');
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exported-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const json = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, name), 'utf8'));

  it('say who exported them, when and from where', async () => {
    await exportAnswers(estate, folder, { exportedAt, exporter: 'ann', server: 'https://core.example.com' });
    expect(parse(await readFile(join(folder, 'manifest.yaml'), 'utf8'))).toEqual({
      exportedAt: '2031-05-06T07:08:09.000Z',
      exporter: 'ann',
      server: 'https://core.example.com',
    });
  });

  it('have one file a page, named by stream, type, space and offset', async () => {
    const written = await exportAnswers(estate, folder, { exportedAt, pageSize: 200 });
    const spaces = [1, 2, 3];
    expect([...written].sort()).toEqual((await readdir(folder)).sort());
    expect([...written].sort()).toEqual(
      [
        'manifest.yaml',
        ...['ping', 'device_spaces', 'users'].map((stream) => `${stream}.space-1.offset-0.json`),
        ...spaces.flatMap((id) =>
          ['user_summary', 'roles'].map((stream) => `${stream}.space-${id}.offset-0.json`),
        ),
        ...spaces.flatMap((id) =>
          [0, 200].map((at) => `ldap_entity_summary.ALL.space-${id}.offset-${at}.json`),
        ),
      ].sort(),
    );
  });

  it.each([null, 7])('are what the server answers (spelling %s)', async (spelling) => {
    const server = await EpmmServer.start(estate);
    server.spelling = spelling;
    const authorization = `Basic ${Buffer.from(`auditor:${server.password}`).toString('base64')}`;
    const ask = async (path: string): Promise<unknown> =>
      (await fetch(`${server.url}/api/v2/${path}`, { headers: { authorization } })).json();
    try {
      await exportAnswers(estate, folder, { exportedAt, pageSize: 100, spelling });
      const ldap = 'admins/ldap_entity_summary?adminDeviceSpaceId=2&type=ALL&limit=100&offset=200';
      expect(await json('ldap_entity_summary.ALL.space-2.offset-200.json')).toEqual(await ask(ldap));
      expect(await json('device_spaces.space-1.offset-0.json')).toEqual(await ask('device_spaces'));
      expect(await json('ping.space-1.offset-0.json')).toEqual(await ask('ping'));
      expect(await json('roles.space-3.offset-0.json')).toEqual(
        await ask('admins/roles?adminDeviceSpaceId=3'),
      );
    } finally {
      await server.stop();
    }
  });
});
