import { stalledBody, status } from '../../../demo/estate/faults/connection.js';
import { listingOf } from '../../../demo/estate/listing.js';
import { northwind } from '../../../demo/estate/northwind.js';
import { Pipeline } from '../../support/pipeline.js';
import { untruths } from '../pipeline/lists.js';

describe('a run', () => {
  let pipeline: Pipeline;

  beforeEach(async () => {
    pipeline = await Pipeline.start({ estate: northwind(), pageSize: 100 });
  });
  afterEach(() => pipeline.stop());

  it('keeps what the server says, and says how it obtained each list', async () => {
    expect(await pipeline.run()).toEqual({ outcome: 'published', seq: 1 });
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
    const observed = await pipeline.observations(1);
    expect(observed).toHaveLength(11);
    expect(observed.every(({ verdict }) => verdict === 'complete')).toBe(true);
    // whose entries are kept by name depends on an OU found among them: only that list is read again
    expect(observed.filter(({ reads }) => reads === 2)).toMatchObject([
      { stream: 'ldap_entity_summary', scope: '1' },
    ]);
    expect(observed.filter(({ reads }) => reads > 2)).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('tells no change of a first read, and in one summary who holds much', async () => {
    await pipeline.publish();
    expect(await pipeline.db.query('select what from change')).toEqual([]);
    const alerts = await pipeline.db.query<{ kind: string; holders: number }>(
      `select kind, jsonb_array_length(body -> 'holders') as holders from alert`,
    );
    expect(alerts).toEqual([{ kind: 'first-read', holders: expect.any(Number) }]);
    expect(alerts[0]?.holders).toBeGreaterThan(10);
  });

  it('reads a list again in which somebody came twice: somebody else was passed over', async () => {
    const name = 'one row twice, another not at all';
    pipeline.server.inject(
      {
        name,
        list: (all) => listingOf(Array.from({ length: all.size }, (_, i) => all.at(i === 1 ? 0 : i))),
      },
      { stream: 'user_summary', space: '1', times: 1 },
    );
    const seq = await pipeline.publish();
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
    expect(await pipeline.doubts(seq)).toEqual([]);
  });

  it('pauses at refused credentials, also where it only asks whether somebody is still there', async () => {
    pipeline.server.inject(stalledBody(10), { stream: 'users' });
    pipeline.server.inject(status(401), { stream: 'ping', from: 2 });
    expect(await pipeline.run()).toMatchObject({
      outcome: 'failed',
      why: expect.stringMatching(/^ping: answered 401/) as string,
    });
    await expect(pipeline.run()).rejects.toMatchObject({ code: 'source-paused' });
  });

  it('states when it read by the database alone: a machine that is suspended meanwhile has clocks that stand still', async () => {
    const asked: number[] = [];
    const look = { name: 'somebody looks at the clock', ask: () => void asked.push(Date.now()) };
    pipeline.server.inject(look, { stream: 'user_summary', space: '1' });
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    const seq = await pipeline.publish();
    jest.restoreAllMocks();
    const [list] = await pipeline.db.query<{ from: Date; to: Date }>(
      `select read_from as from, read_to as to from observation
        where seq = $1 and stream = 'user_summary' and scope = '1'`,
      [seq],
    );
    expect(list?.from.getTime()).toBeLessThanOrEqual(asked[0] ?? 0);
    expect(list?.to.getTime()).toBeGreaterThanOrEqual(asked.at(-1) ?? Infinity);
  });

  it('that finds nothing new makes a snapshot and no row of its own', async () => {
    await pipeline.publish();
    const before = await rows(pipeline);
    expect(await pipeline.publish()).toBe(2);
    expect(await rows(pipeline)).toEqual(before);
    expect(await pipeline.root(2)).toBe(await pipeline.root(1));
    expect(await pipeline.changes(2)).toEqual([]);
  });
});

const TABLES = ['record', 'grant_', 'role_permission', 'link', 'identity'] as const;

const rows = async (pipeline: Pipeline): Promise<number[]> =>
  Promise.all(TABLES.map((table) => pipeline.count(table)));
