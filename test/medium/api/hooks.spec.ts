import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAlone } from '../../../src/platform/connect.js';
import { PauseStore } from '../../../src/runs/pause.store.js';
import { SlotStore } from '../../../src/runs/slot.store.js';
import { ApiBench, type Asking } from './api-bench.js';

const SECRET = 'a secret that only the other system knows';
process.env['HINT_SECRET'] = SECRET;

let bench: ApiBench;
const open = async (): Promise<void> => {
  bench = await ApiBench.open(
    {},
    { ofSource: { hook: { header: 'X-Hint', secret: { env: 'HINT_SECRET' } } } },
  );
};

const hint = (source = 'hq', headers: Record<string, string> = { 'x-hint': SECRET }, asking: Asking = {}) =>
  bench.ask(`/hooks/${source}`, { method: 'POST', headers, ...asking });
const lastSeq = async () =>
  (await bench.pipeline.db.query<{ seq: number }>(`SELECT last_seq AS seq FROM source WHERE name = 'hq'`))[0]
    ?.seq;
const runs = async () => (await bench.actions()).filter(({ action }) => action === 'run-started');
const kept = async () => (await bench.pipeline.db.query('SELECT FROM hint')).length;
/** What time does by itself. */
async function aMinuteLater(): Promise<void> {
  const owner = await connectAlone(bench.pipeline.ownerUrl);
  await owner.query(
    `ALTER TABLE action_log DISABLE TRIGGER USER; UPDATE action_log SET at = at - interval '1 minute'; ALTER TABLE action_log ENABLE TRIGGER USER`,
  );
  await owner.end();
}
const asked = () => bench.pipeline.server.requests.length;

async function published(seq: number): Promise<void> {
  for (let i = 0; i < 300 && (await lastSeq()) !== seq; i++) await sleep(100);
  expect(await lastSeq()).toBe(seq);
}

describe('a hint', () => {
  beforeEach(open);
  afterEach(() => bench.close());

  it('begins a run as "run now" does, and is logged', async () => {
    const { status, json } = await hint();
    expect([status, json]).toEqual([202, { hint: 'begun', what: 'hq is read now' }]);
    await published(3);
    expect(await runs()).toEqual([{ actor: 'hook:hq', action: 'run-started', source: 'hq' }]);
    expect(await kept()).toBe(0);
  });

  it('that comes while the source is read, or within the minute, is kept; any number are one', async () => {
    const answers = await Promise.all([hint(), hint(), hint(), hint()]);
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(202));
    await published(3);
    const { json } = await hint();
    expect(json.hint).toBe('kept');
    expect(json.what).toMatch(/less than a minute ago: it is read once more from 20.*Z on$/);
    const other = new SlotStore(bench.pipeline.db);
    expect(await other.claimHinted(['hq'], 1)).toEqual([]);
    expect([await kept(), (await runs()).length]).toEqual([1, 1]);
    await aMinuteLater();
    // whichever replica looks first
    await published(4);
    expect([await kept(), (await runs()).length]).toEqual([0, 2]);
    // a person is not held up by it
    await expect(other.claimManual('hq', { asked: 'os:me' })).resolves.toMatchObject({ source: 'hq' });
    expect((await hint()).json).toEqual({
      hint: 'kept',
      what: 'hq is being read since before this hint: it is read once more when that has ended',
    });
  });

  it('sends nothing to a source that is paused, and is kept until that is over', async () => {
    await new PauseStore(bench.pipeline.db).pause('hq', '401');
    const before = asked();
    const { status, json } = await hint();
    expect([status, json.hint]).toEqual([202, 'kept']);
    expect(json.what).toMatch(/^hq is paused since .*: it is read when somebody has resumed it$/);
    await sleep(500);
    expect(asked()).toBe(before);
    expect([await lastSeq(), await runs()]).toEqual([2, []]);
    await new PauseStore(bench.pipeline.db).resume('hq', 'os:me');
    await published(3);
  });
});

describe('what is sent to a hook', () => {
  beforeAll(open);
  afterAll(() => bench.close());

  it.each<[string, string, Record<string, string>]>([
    ['without the header', 'hq', {}],
    ['with another secret', 'hq', { 'x-hint': 'hunter2' }],
    ['with an empty one', 'hq', { 'x-hint': '' }],
    ['with half of it', 'hq', { 'x-hint': SECRET.slice(0, -1) }],
    ['with it as a token', 'hq', { authorization: `Bearer ${SECRET}` }],
    ['for a source that is not there', 'nowhere', { 'x-hint': SECRET }],
  ])('%s is answered as if there were no hook', async (_, source, headers) => {
    const { status, json } = await hint(source, headers);
    expect([status, json]).toEqual([
      404,
      { error: { code: 'unknown-hook', message: 'no hook answers here, or not to that secret' } },
    ]);
    expect(bench.log.join('')).not.toContain(SECRET);
  });

  it('of more than 64 KiB is refused, said or not', async () => {
    const { status, json } = await hint('hq', { 'x-hint': SECRET }, { body: 'x'.repeat(70_000) });
    expect([status, json.error.code]).toEqual([413, 'too-large']);
    expect(await streamed(70_000)).toBe(413);
    expect(await runs()).toEqual([]);
  });

  it('is not needed in any form: whatever its body holds is not looked at', async () => {
    const headers = { 'x-hint': SECRET, 'content-type': 'application/json' };
    expect((await hint('hq', headers, { body: '{"not json' })).status).toBe(202);
    expect((await hint('hq', { ...headers, 'content-encoding': 'gzip' }, { body: 'no gzip' })).status).toBe(
      202,
    );
    expect((await hint('hq', headers, { body: 'x'.repeat(60_000) })).status).toBe(202);
  });

  it('is a POST, and nothing else is there', async () => {
    const got = await bench.ask('/hooks/hq', { headers: { 'x-hint': SECRET } });
    expect([got.status, got.headers['allow']]).toEqual([405, 'POST']);
    expect((await bench.ask('/hooks', { method: 'POST', headers: { 'x-hint': SECRET } })).status).toBe(404);
  });

  it('is not listened to after many wrong ones from an address', async () => {
    let status = 404;
    for (let i = 0; i < 40 && status === 404; i++) ({ status } = await hint('hq', { 'x-hint': 'x' }));
    expect(status).toBe(429);
    expect((await hint()).status).toBe(429);
  });
});

/** Without a content-length. */
function streamed(bytes: number): Promise<number> {
  return new Promise((answered, failed) => {
    const headers = { 'x-hint': SECRET };
    const asking = request(
      new URL('/hooks/hq', bench.base),
      { method: 'POST', agent: false, headers },
      (response) => {
        response.resume();
        answered(response.statusCode ?? 0);
      },
    );
    asking.on('error', failed);
    for (let i = 0; i < bytes; i += 1_000) asking.write('x'.repeat(1_000));
    asking.end();
  });
}
