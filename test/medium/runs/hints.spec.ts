import { connectAlone } from '../../../src/platform/connect.js';
import { hintWaitsFor, keepHint } from '../../../src/runs/hint.store.js';
import { ClockBench, NAMES } from './clock-bench.js';

let bench: ClockBench;
beforeEach(async () => {
  bench = await ClockBench.open();
});
afterEach(() => bench.fresh.drop());

const hint = (source = 's1') => keepHint(bench.fresh.db, source);
const claimHinted = () => bench.slots.claimHinted(NAMES, 9);
const kept = async () =>
  (await bench.fresh.db.query<{ source: string }>('SELECT source FROM hint ORDER BY 1')).map(
    ({ source }) => source,
  );
const begun = () => bench.fresh.db.query(`SELECT FROM action_log WHERE action = 'run-started'`);

async function minutePasses(): Promise<void> {
  const owner = await connectAlone(bench.fresh.ownerUrl);
  await owner.query(
    `ALTER TABLE action_log DISABLE TRIGGER USER; UPDATE action_log SET at = at - interval '1 minute'; ALTER TABLE action_log ENABLE TRIGGER USER`,
  );
  await owner.end();
}

describe('a hint', () => {
  it('makes one run, however often it is given and by whichever replica it is served', async () => {
    await Promise.all(Array.from({ length: 9 }, () => hint()));
    const claims = (await Promise.all([claimHinted(), claimHinted(), claimHinted()])).flat();
    expect(claims.map(({ source }) => source)).toEqual(['s1']);
    expect(await begun()).toHaveLength(1);
    await bench.publish(claims[0]!, 1);
    expect(await kept()).toEqual([]);
    await minutePasses();
    expect(await claimHinted()).toEqual([]);
  });

  it('given while the source is read makes one more run, after that one and the minute', async () => {
    await hint();
    const [first] = await claimHinted();
    for (let i = 0; i < 3; i++) await hint();
    expect(await claimHinted()).toEqual([]);
    expect(await hintWaitsFor(bench.fresh.db, 's1')).toEqual({ for: 'end' });
    await bench.publish(first!, 1);
    expect(await claimHinted()).toEqual([]);
    expect(await hintWaitsFor(bench.fresh.db, 's1')).toMatchObject({ for: 'time' });
    await minutePasses();
    expect(await hintWaitsFor(bench.fresh.db, 's1')).toEqual({ for: 'turn' });
    const [second] = await claimHinted();
    expect(second?.baseSeq).toBe(1);
    await bench.publish(second!, 2);
    expect(await kept()).toEqual([]);
  });

  it('is served by a scheduled run that begins after it, and not by one that began before', async () => {
    await bench.pastSlot('s1', 1);
    const before = await bench.claimOne();
    await hint();
    await bench.publish(before, 1);
    expect(await kept()).toEqual(['s1']);
    await bench.pastSlot('s1', 0);
    const after = await bench.claimOne();
    expect(await hintWaitsFor(bench.fresh.db, 's1')).toBeNull();
    await bench.publish(after, 2);
    expect(await kept()).toEqual([]);
  });

  it('is still there after a crash, and after a process that was stopped; not after a run that failed', async () => {
    await hint();
    const [crashed] = await claimHinted();
    await minutePasses();
    expect(await claimHinted()).toEqual([]);
    await bench.expire(crashed!);
    const [again] = await claimHinted();
    await expect(bench.publish(crashed!, 1)).resolves.toBeUndefined();
    await minutePasses();
    await bench.slots.handBack(again!);
    expect(await kept()).toEqual(['s1']);
    const [third] = await claimHinted();
    expect(await bench.slots.fail(third!, 'connection refused')).toBe('failed');
    expect(await kept()).toEqual([]);
  });

  it('waits while the source is paused', async () => {
    await bench.fresh.db.query(`UPDATE source SET paused_at = now(), paused_why = '401' WHERE name = 's1'`);
    await hint();
    expect(await claimHinted()).toEqual([]);
    expect(await hintWaitsFor(bench.fresh.db, 's1')).toMatchObject({ for: 'resume' });
    await bench.fresh.db.query(`UPDATE source SET paused_at = NULL, paused_why = NULL WHERE name = 's1'`);
    expect(await claimHinted()).toHaveLength(1);
  });

  it('waits where a process has no room, the longest first', async () => {
    await hint('s2');
    await hint('s1');
    expect(await bench.slots.claimHinted(NAMES, 0)).toEqual([]);
    expect((await bench.slots.claimHinted(NAMES, 1)).map(({ source }) => source)).toEqual(['s2']);
  });
});
