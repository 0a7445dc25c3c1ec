import { createHash } from 'node:crypto';
import { EpmmServer } from './epmm-server.js';
import { FAULTS, connection, rows, text } from './faults.js';
import { northwind } from './northwind.js';

const PASSWORD = 'what the visitor knows';
const SPACE = 'adminDeviceSpaceId=1';

/** Two pages of admins, and one of everything else. */
const PATHS = [
  'ping',
  'device_spaces',
  'admins/users',
  `admins/user_summary?${SPACE}&limit=8`,
  `admins/user_summary?${SPACE}&limit=8&offset=8`,
  `admins/ldap_entity_summary?${SPACE}&type=ALL&limit=10`,
  `admins/roles?${SPACE}`,
];
const SUMMARY = `admins/user_summary?${SPACE}`;

describe('a fault', () => {
  let server: EpmmServer;

  beforeEach(async () => {
    server = await EpmmServer.start(northwind(), { password: PASSWORD });
  });
  afterEach(() => server.stop());

  const ask = (path: string, signal?: AbortSignal) =>
    fetch(`${server.url}/api/v2/${path}`, {
      headers: { authorization: `Basic ${Buffer.from(`auditor:${PASSWORD}`).toString('base64')}` },
      redirect: 'manual',
      signal: signal ?? null,
    });

  /** What a visitor sees of one answer, in one line. */
  async function seen(path: string): Promise<string> {
    try {
      const response = await ask(path);
      const body = Buffer.from(await response.arrayBuffer());
      const { headers } = response;
      const stated = ['content-type', 'location', 'retry-after'].map((name) => headers.get(name)).join(' ');
      return `${response.status} ${stated} ${createHash('sha256').update(body).digest('hex')}`;
    } catch (error) {
      return `failed: ${String(error)}`;
    }
  }

  async function seenOfAll(): Promise<string[]> {
    const all: string[] = [];
    for (const path of PATHS) all.push(await seen(path));
    return all;
  }

  /** Faults that take their time, or space, have tests of their own below. */
  const quick = FAULTS.filter(({ id, name }) => id !== 'U11' && !/no headers|body stops|a second/.test(name));

  it.each(quick)('$id $name is visible from outside', async ({ apply }) => {
    const healthy = await seenOfAll();
    await apply(server);
    expect(await seenOfAll()).not.toEqual(healthy);
  });

  it('has a name of its own, and every group has some', () => {
    const names = FAULTS.map(({ id, name }) => `${id} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    const groups = ['U1', 'U10', 'U11', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8'];
    expect([...new Set(FAULTS.map(({ id }) => id))].sort()).toEqual(groups);
  });

  it('is over after healing', async () => {
    const healthy = await seenOfAll();
    server.inject(rows.gone(1));
    server.inject(text.truncated(10));
    server.heal();
    expect(await seenOfAll()).toEqual(healthy);
  });

  it.each([connection.stalledHeaders(), connection.stalledBody(100), connection.drip(1, 60_000)])(
    '"$name" keeps one visitor waiting and no other',
    async (fault) => {
      server.inject(fault, { stream: 'user_summary' });
      const patience = new AbortController();
      const outcome = jest.fn();
      const waiting = ask(SUMMARY, patience.signal)
        .then((response) => response.text())
        .then(outcome, outcome);
      for (let count = 0; count < 5; count++) expect((await ask('ping')).status).toBe(200);
      expect(outcome).not.toHaveBeenCalled();
      patience.abort();
      await waiting;
      expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ name: 'AbortError' }));
    },
  );

  it('can drip the right answer', async () => {
    const healthy = await seen('ping');
    server.inject(connection.drip(7, 1));
    expect(await seen('ping')).toBe(healthy);
  });

  it('can be a huge body that is right to its end', async () => {
    const healthy: unknown = await (await ask(SUMMARY)).json();
    server.inject(connection.hugeBody(5_000_000));
    const body = await (await ask(SUMMARY)).text();
    expect(body.length).toBeGreaterThan(5_000_000);
    expect(JSON.parse(body)).toEqual(healthy);
  });

  it('can be a small body that unpacks to a large one', async () => {
    server.inject(connection.compressionBomb(100 * 1024 ** 2));
    let size = 0;
    for await (const bytes of (await ask(SUMMARY)).body ?? []) size += (bytes as Uint8Array).length;
    expect(size).toBeGreaterThanOrEqual(100 * 1024 ** 2);
  });

  it('can be more headers than anybody takes', async () => {
    server.inject(connection.manyHeaders(100_000));
    const failure: unknown = await ask(SUMMARY).catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { name: 'HeadersOverflowError' } });
  });

  it('can cut the body anywhere', async () => {
    const whole = await (await ask('ping')).text();
    for (let bytes = 0; bytes < whole.length; bytes++) {
      server.heal();
      server.inject(text.truncated(bytes));
      expect(await (await ask('ping')).text()).toBe(whole.slice(0, bytes));
    }
  });

  it('can flip any bit', async () => {
    const whole = Buffer.from(await (await ask('ping')).arrayBuffer());
    server.inject(text.flippedBit(3, 5));
    const flipped = Buffer.from(await (await ask('ping')).arrayBuffer());
    expect([...flipped].map((byte, at) => byte ^ (whole[at] ?? 0))).toEqual(
      [...whole].map((_, at) => (at === 3 ? 32 : 0)),
    );
  });
});
