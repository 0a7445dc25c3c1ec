import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { Service, type ServiceOptions } from '../../support/service.js';
import { UnsteadyProxy } from '../../support/unsteady-proxy.js';
import { inLongTier } from '../support/tier.js';

let fresh: TestDatabase;
let silent: Server;
const asking = new Set<Socket>();
const services: Service[] = [];

beforeEach(async () => {
  fresh = await freshDatabase();
  // takes every connection and never says a word
  silent = createServer((socket) => void asking.add(socket.on('error', () => undefined)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});

afterEach(async () => {
  for (const service of services.splice(0)) await service.remove();
  for (const socket of asking) socket.destroy();
  asking.clear();
  silent.close();
  await fresh.drop();
});

const sources = (): string =>
  `  - { name: hq, kind: ivanti-epmm, url: "http://127.0.0.1:${String((silent.address() as AddressInfo).port)}",
      username: auditor, password: { env: SECRET }, schedule: "0 0 1 1 *", timezone: UTC }`;

async function start(argv: readonly string[] = [], more: Partial<ServiceOptions> = {}): Promise<Service> {
  const { ownerUrl, appUrl } = fresh;
  const service = await Service.start({ ownerUrl, appUrl, sources: sources(), argv, ...more });
  services.push(service);
  return service;
}

const slots = () => fresh.db.query<{ state: string }>(`SELECT state FROM slot WHERE due_at < now()`);

/** A slot that is due, so that a worker begins to read at its first look; no other comes while a test goes on. */
async function dueNow(): Promise<void> {
  await fresh.db.query(`INSERT INTO source (name, kind) VALUES ('hq', 'ivanti-epmm')`);
  await fresh.db.query(
    `INSERT INTO slot (source, due_at, trigger, created_at) VALUES ('hq', date_trunc('year', now()), 'schedule', date_trunc('year', now()) - interval '1 minute')`,
  );
}

describe('roles', () => {
  it('let a process answer and run nothing, or work and answer only how it is', async () => {
    await dueNow();
    const api = await start(['--role', 'api']);
    expect((await api.get('/health/ready')).status).toBe(200);
    expect((await api.get('/api/v1/sources')).status).toBe(401);
    expect(await slots()).toEqual([{ state: 'due' }]);
    expect(JSON.parse((await api.get('/health')).body)).toMatchObject({
      status: 'troubled',
      troubles: [{ code: 'no-worker' }],
      replicas: [{ roles: ['api'] }],
    });

    const worker = await start(['--role', 'worker']);
    await worker.says(/run begins/);
    expect((await worker.get('/health/live')).status).toBe(200);
    expect((await worker.get('/health/ready')).status).toBe(200);
    expect((await worker.get('/metrics')).body).toMatch(/^rolewatch_pulse_age_seconds \d/m);
    expect((await worker.get('/api/v1/sources')).status).toBe(404);
    expect((await worker.get('/')).status).toBe(404);
    expect(JSON.parse((await api.get('/health')).body)).toMatchObject({
      troubles: [],
      replicas: [{ roles: ['api'] }, { roles: ['worker'] }],
    });
    expect(await api.end()).toMatchObject({ ended: 0 });
  });
});

describe('a process that is asked to stop', () => {
  it('while it reads: is not ready any more, aborts, hands its slot back, and ends with 0', async () => {
    await dueNow();
    const service = await start();
    await service.says(/run begins/);
    const ended = service.end();
    await service.says(/"msg":"stopping"/);
    expect(await service.get('/health/ready')).toEqual({
      status: 503,
      body: '{"status":"unavailable","why":["stopping"]}',
    });
    const { ended: code, tookMs } = await ended;
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(15_000);
    expect(await slots()).toEqual([{ state: 'due' }]);
    const [left] = await fresh.db.query('SELECT stopped_at IS NOT NULL AS stopped FROM replica');
    expect(left).toEqual({ stopped: true });
  });

  it('while it waits for nothing: ends at once', async () => {
    const service = await start();
    expect((await service.end('SIGINT')).tookMs).toBeLessThan(4_000);
  });

  it('twice: ends at once, whatever it does', async () => {
    await dueNow();
    const service = await start();
    await service.says(/run begins/);
    service.child.kill('SIGTERM');
    await service.says(/"msg":"stopping"/);
    expect(await service.end('SIGTERM')).toMatchObject({ ended: 'SIGTERM' });
  });

  inLongTier('while its database swallows everything: ends within the bound all the same', async () => {
    await dueNow();
    const proxy = await UnsteadyProxy.start(fresh.appUrl);
    try {
      const service = await start([], { appUrl: proxy.url });
      await service.says(/run begins/);
      proxy.freeze();
      await sleep(500);
      expect((await service.get('/health/live')).status).toBe(200);
      expect((await service.get('/health/ready')).body).toContain('database-unreachable');
      const { tookMs } = await service.end();
      expect(tookMs).toBeLessThan(27_000);
    } finally {
      await proxy.stop();
    }
  });
});

describe('a fault that nobody foresaw', () => {
  it.each([
    ['uncaught exception', 'throw new Error("planted")'],
    ['unhandled rejection', 'void Promise.reject(new Error("planted"))'],
  ])('is logged, and ends the process with 1: %s', async (event, fault) => {
    const planted = encodeURIComponent(`process.on('SIGUSR2', () => { ${fault} })`);
    const service = await start([], { env: { NODE_OPTIONS: `--import=data:text/javascript,${planted}` } });
    expect(await service.end('SIGUSR2')).toMatchObject({ ended: 1 });
    expect(service.said).toContain(`"msg":"${event}"`);
    expect(service.said).toContain('planted');
  });
});
