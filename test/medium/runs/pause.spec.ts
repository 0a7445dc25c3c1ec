import { PauseStore } from '../../../src/runs/pause.store.js';
import { ClockBench, NAMES } from './clock-bench.js';

let bench: ClockBench;
let pauses: PauseStore;

beforeEach(async () => {
  bench = await ClockBench.open();
  pauses = new PauseStore(bench.fresh.db);
});

afterEach(async () => {
  await bench.fresh.drop();
});

describe('a paused source', () => {
  it('is skipped by the pulse, refuses "run now", and says how to go on', async () => {
    await bench.pastSlot('s1', 0);
    await pauses.pause('s1', 'the password was refused');
    await pauses.pause('s1', 'a later reason');
    expect(await bench.slots.claimDue(NAMES, 5)).toEqual([]);
    await expect(bench.slots.claimManual('s1')).rejects.toMatchObject({
      code: 'source-paused',
      message: expect.stringMatching(/the password was refused.*rolewatch resume s1$/) as string,
    });
  });

  it('is read again once resumed, which is logged, once', async () => {
    await bench.pastSlot('s1', 0);
    await pauses.pause('s1', 'the password was refused');
    expect(await pauses.resume('s1', 'os:ann')).toBe('the password was refused');
    expect(await pauses.resume('s1', 'os:ann')).toBeNull();
    const actions = await bench.fresh.db.query('SELECT actor, action, source FROM action_log');
    expect(actions).toEqual([{ actor: 'os:ann', action: 'source-resumed', source: 's1' }]);
    expect((await bench.claimOne()).source).toBe('s1');
  });

  it('misses its slots with the reason of the pause', async () => {
    await pauses.pause('s1', 'the password was refused');
    await bench.fresh.db.query(`UPDATE source SET paused_at = now() - interval '5 hours' WHERE name = 's1'`);
    await bench.pastSlot('s1', 2);
    await bench.seeAll();
    const seen = await bench.rows();
    expect(seen.map((row) => row.state)).toEqual(['missed', 'missed', 'missed', 'due']);
    expect(seen[2]?.why).toMatch(/^paused since .*: the password was refused$/);
  });

  it('misses them with that reason, too, if nobody was there before it was resumed', async () => {
    await bench.pastSlot('s1', 3);
    await pauses.pause('s1', 'the password was refused');
    await bench.fresh.db.query(`UPDATE source SET paused_at = now() - interval '5 hours' WHERE name = 's1'`);
    await pauses.resume('s1', 'os:ann');
    await bench.seeAll();
    const missed = (await bench.rows()).filter(({ state }) => state === 'missed');
    expect(missed.length).toBeGreaterThanOrEqual(2);
    for (const { why } of missed)
      expect(why).toMatch(/^paused since .*, until .*: the password was refused$/);
    expect((await bench.claimOne()).source).toBe('s1');
  });
});
