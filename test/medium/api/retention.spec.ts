import { setTimeout as sleep } from 'node:timers/promises';
import { ApiBench } from './api-bench.js';

let bench: ApiBench;
let admin: string;
let viewer: string;
let limited: string;
beforeAll(async () => {
  bench = await ApiBench.open();
  admin = (await bench.token('admin')).token;
  viewer = (await bench.token('viewer')).token;
  limited = (await bench.token('viewer', ['branch'])).token;
});
afterAll(() => bench.close());

const get = (path: string, token = viewer) => bench.ask(`/api/v1/${path}`, { token });
const post = (path: string, body: object = {}) =>
  bench.ask(`/api/v1/${path}`, { method: 'POST', token: admin, body });

/** Runs of retention, once there are so many and all have ended. */
async function runs(least: number): Promise<{ source: string; error?: string; why?: string }[]> {
  for (let i = 0; i < 600; i++) {
    const { json } = await get('retention/runs');
    const all = json.runs as { source: string; endedAt?: string }[];
    if (all.length >= least && all.every(({ endedAt }) => endedAt !== undefined)) return all;
    await sleep(50);
  }
  throw new Error('they did not end');
}

describe('retention over HTTP', () => {
  it('runs when an admin asks, of one source or of all and the store, as the log of actions says', async () => {
    const one = await post('sources/hq/retention/runs');
    expect([one.status, one.json]).toEqual([202, { begun: ['hq'] }]);
    expect((await runs(1)).map(({ source, error }) => [source, error])).toEqual([['hq', undefined]]);
    const all = await post('retention/runs');
    expect([all.status, all.json]).toEqual([202, { begun: ['branch', 'hq', '*'] }]);
    expect((await runs(4)).map(({ source }) => source).sort()).toEqual(['*', 'branch', 'hq', 'hq']);
    expect((await post('sources/nowhere/retention/runs')).status).toBe(404);
  });

  it('says how long what is kept, and until when', async () => {
    const { status, json } = await get('retention');
    expect(status).toBe(200);
    expect(json.outlook.map(({ source }: { source: string }) => source)).toEqual(['branch', 'hq', '*']);
    expect(json.outlook[1]).toMatchObject({
      kinds: [{ kind: 'versions', configured: null, inForce: null, horizon: null }, {}, {}, {}],
      held: [],
      next: {},
    });
    expect((await get('sources/hq/retention')).json.outlook).toEqual([json.outlook[1]]);
    expect(
      (await get('retention', limited)).json.outlook.map(({ source }: { source: string }) => source),
    ).toEqual(['branch']);
    expect((await get('sources/hq/retention', limited)).status).toBe(404);
    const seen = (await get('retention/runs', limited)).json.runs as { source: string }[];
    expect(new Set(seen.map(({ source }) => source))).toEqual(new Set(['branch']));
  });

  it('places and lifts holds on a source, and on all of them', async () => {
    const place = await post('sources/hq/legal-holds', { reason: 'case 17' });
    expect([place.status, place.json]).toEqual([200, { source: 'hq', done: 'placed' }]);
    expect((await post('sources/hq/legal-holds', { reason: 'again' })).json.error.code).toBe('refused');
    expect((await post('sources/hq/legal-holds', { reason: ' ' })).status).toBe(400);
    expect((await post('sources/all/legal-holds', { reason: 'x' })).status).toBe(404);
    expect((await get('sources/hq/retention')).json.outlook[0].held).toMatchObject([{ reason: 'case 17' }]);
    expect((await get('legal-holds')).json.holds).toMatchObject([{ source: 'hq', reason: 'case 17' }]);
    expect((await get('legal-holds', limited)).json.holds).toEqual([]);
    expect((await post('legal-holds', { reason: 'audit' })).json).toEqual({ source: 'all', done: 'placed' });
    expect((await get('legal-holds', limited)).json.holds).toMatchObject([{ source: 'all' }]);
    expect((await post('legal-holds/lift', { reason: 'over' })).json).toEqual({
      source: 'all',
      done: 'lifted',
    });
    expect((await post('sources/hq/legal-holds/lift', { reason: 'closed' })).json.done).toBe('lifted');
    expect((await get('sources/hq/legal-holds')).json.holds).toMatchObject([
      { source: 'hq', releasedWhy: 'closed' },
      { source: 'all', releasedWhy: 'over' },
    ]);
    const done = (await bench.actions())
      .map(({ action }) => action)
      .filter((action) => action.startsWith('legal'));
    expect(done).toEqual(['legal-hold', 'legal-hold', 'legal-hold-released', 'legal-hold-released']);
  });

  it('is counted for Prometheus, of a limited token its own only', async () => {
    const { body } = await bench.ask('/metrics', { token: viewer });
    expect(body).toMatch(/^rolewatch_last_retention_age_seconds\{source="hq"\} \d+$/m);
    expect(body).toMatch(/^rolewatch_retention_runs\{source="hq",outcome="done"\} 2$/m);
    expect(body).toMatch(/^rolewatch_retention_runs\{source="\*",outcome="done"\} 1$/m);
    expect(body).toContain('# TYPE rolewatch_retention_deleted_rows gauge');
    const own = (await bench.ask('/metrics', { token: limited })).body;
    expect(own).not.toContain('source="hq"');
  });

  it('that fails is named by health, and by the source', async () => {
    for (const source of ['hq', '*'])
      await bench.pipeline.db.query(
        `insert into retention_run (source, holder, lease_until) values ($1, 'a/1', now())`,
        [source],
      );
    await bench.pipeline.db.query(
      `update retention_run set ended_at = clock_timestamp(), error = 'disk full' where ended_at is null`,
    );
    const { json } = await bench.ask('/health', { token: viewer });
    expect(json.troubles).toContainEqual({
      code: 'retention-failing',
      why: expect.stringContaining('the store as a whole'),
    });
    const { sources } = (await get('sources')).json as { sources: { source: string; troubles: object[] }[] };
    expect(sources.find(({ source }) => source === 'hq')?.troubles).toContainEqual({
      code: 'retention-failing',
      why: expect.stringContaining('disk full'),
    });
    expect((await bench.ask('/health/ready')).status).toBe(200);
    expect((await bench.ask('/metrics', { token: viewer })).body).toMatch(
      /^rolewatch_source_trouble\{source="hq",trouble="retention-failing"\} 1$/m,
    );
  });
});
