import { EpmmServer } from './epmm-server.js';
import { status } from './faults/connection.js';
import { northwind } from './northwind.js';

describe('the simulated server', () => {
  let server: EpmmServer;

  beforeEach(async () => {
    server = await EpmmServer.start(northwind(), { basePath: '/rest' });
  });
  afterEach(() => server.stop());

  const ask = (path: string, password = server.password) =>
    fetch(`${server.url}/rest/api/v2/${path}`, {
      headers: { authorization: `Basic ${Buffer.from(`${server.username}:${password}`).toString('base64')}` },
    });
  const statuses = async (...paths: string[]) => {
    const found: number[] = [];
    for (const path of paths) found.push((await ask(path)).status);
    return found;
  };

  it('logs what it was asked, and whether credentials came along', async () => {
    await ask('admins/users?limit=5');
    await fetch(`${server.url}/elsewhere`, { method: 'POST' });
    expect(server.requests).toEqual([
      { method: 'GET', path: '/rest/api/v2/admins/users', query: { limit: '5' }, authorised: true },
      { method: 'POST', path: '/elsewhere', query: {}, authorised: false },
    ]);
  });

  it('knows one password, and may change it', async () => {
    expect((await ask('ping', 'guess')).status).toBe(401);
    server.password = 'new';
    expect((await ask('ping', 'guess')).status).toBe(401);
    expect((await ask('ping', 'new')).status).toBe(200);
  });

  it('refuses everything but ping to an account without the role', async () => {
    server.accountMayRead = false;
    expect(await statuses('ping', 'admins/users', 'device_spaces')).toEqual([200, 403, 403]);
  });

  it('is nowhere but under its base path, and can only be read', async () => {
    const headers = {
      authorization: `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}`,
    };
    expect((await fetch(`${server.url}/api/v2/ping`, { headers })).status).toBe(404);
    expect((await fetch(`${server.url}/rest/api/v2/ping`, { headers, method: 'POST' })).status).toBe(405);
  });

  it('lets a fault hit the requests that were chosen, in the order they come', async () => {
    server.inject(status(503), { stream: 'users', page: 1, from: 2, times: 1 });
    const second = 'admins/users?limit=5&offset=5';
    expect(await statuses('ping', 'admins/users?limit=5', second, second, second)).toEqual([
      200, 200, 200, 503, 200,
    ]);
  });

  it('lets a fault hit one space only, until it is healed', async () => {
    server.inject(status(500), { space: '2' });
    const paths = ['admins/roles?adminDeviceSpaceId=1', 'admins/roles?adminDeviceSpaceId=2'];
    expect(await statuses(...paths)).toEqual([200, 500]);
    server.heal();
    expect(await statuses(...paths)).toEqual([200, 200]);
  });

  it('can be gone, and come back on the same port', async () => {
    const { url } = server;
    await server.stop();
    await expect(ask('ping')).rejects.toThrow();
    await server.resume();
    expect(server.url).toBe(url);
    expect(await statuses('ping')).toEqual([200]);
  });

  it('answers a hundred thousand people page by page as one list', async () => {
    server.estate.directory(100_000);
    const path = 'admins/ldap_entity_summary?adminDeviceSpaceId=1&type=USER';
    const dns = new Set<string>();
    for (let offset = 0; offset < 100_300; offset += 10_000) {
      const page = (await (await ask(`${path}&offset=${offset}`)).json()) as {
        totalCount: number;
        results: { dn: string }[];
      };
      expect(page.totalCount).toBe(100_300);
      for (const { dn } of page.results) dns.add(dn);
    }
    expect(dns.size).toBe(100_300);
  });
});
