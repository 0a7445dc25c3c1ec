import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsMaterial } from '../../../src/platform/http/tls.js';
import { ApiBench } from './api-bench.js';

let bench: ApiBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('openssl is not installed: the tests of TLS are skipped\n');

(hasOpenssl ? describe : describe.skip)('with a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const file = (name: string): string => join(folder, name);
  const certificate = (name: string): void =>
    void execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
        ...[
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          file(`${name}.key`),
          '-out',
          file(`${name}.pem`),
        ],
      ],
      { stdio: 'pipe' },
    );
  beforeAll(() => {
    certificate('ours');
    certificate('other');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('the service is reached by its public name and by its address, in TLS only', async () => {
    const tls = await tlsMaterial({ certFile: file('ours.pem'), keyFile: file('ours.key') });
    bench = await ApiBench.open({ host: '0.0.0.0', tls, reach: { hosts: ['rolewatch.example.com'] } });
    const base = bench.base.replace('[::1]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
    expect(base).toMatch(/^https:/);
    bench.base = base;
    const ca = readFileSync(file('ours.pem'), 'utf8');
    const { token } = await bench.token('viewer');
    const sources = await bench.ask('/api/v1/sources', { ca, token });
    expect([sources.status, sources.json.sources.length]).toEqual([200, 2]);
    expect((await bench.ask('/api/v1/sources', { ca })).status).toBe(401);
    for (const [host, status] of [
      ['rolewatch.example.com:8443', 200],
      ['192.0.2.1', 200],
      ['attacker.example', 421],
    ] as const)
      expect([host, (await bench.ask('/api/v1/sources', { ca, token, headers: { host } })).status]).toEqual([
        host,
        status,
      ]);
    bench.base = base.replace('https', 'http');
    await expect(bench.ask('/api/v1/sources', { token })).rejects.toThrow();
    expect(sources.headers['strict-transport-security']).toContain('max-age');
  });

  it.each([
    ['other.key', 'must be a certificate and its private key'],
    ['ours.pem', 'must be a certificate and its private key'],
    ['gone.key', 'there is no such file (server.tls.keyFile)'],
  ])('that does not fit its key, it does not begin: %s', async (key, why) => {
    const material = tlsMaterial({ certFile: file('ours.pem'), keyFile: file(key) });
    await expect(material).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(why),
    });
  });
});

describe('behind a declared proxy', () => {
  it('nobody is taken for somebody on this machine, and refusals are counted by who asks', async () => {
    bench = await ApiBench.open({ reach: { hosts: [], trustedProxies: ['127.0.0.1', '::1'] } });
    for (const path of ['/', '/health', '/metrics']) expect((await bench.ask(path)).status).toBe(401);
    const { token } = await bench.token('viewer');
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    while ((await bench.ask('/metrics', { token: 'rw_no', ...from('192.0.2.1') })).status === 401);
    expect((await bench.ask('/metrics', { token, ...from('192.0.2.1') })).status).toBe(429);
    expect((await bench.ask('/metrics', { token, ...from('192.0.2.2') })).status).toBe(200);
  });
});

describe('without one', () => {
  it('forwarded headers make nobody anybody else, and whoever is forwarded is not here', async () => {
    bench = await ApiBench.open();
    expect((await bench.ask('/metrics')).status).toBe(200);
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect([header, (await bench.ask('/metrics', { headers: { [header]: '127.0.0.1' } })).status]).toEqual([
        header,
        401,
      ]);
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    for (let i = 0; i < 30; i += 1) await bench.ask('/metrics', { token: 'rw_no', ...from(`192.0.2.${i}`) });
    expect((await bench.ask('/metrics', { token: 'rw_no', ...from('192.0.2.99') })).status).toBe(429);
  });
});
