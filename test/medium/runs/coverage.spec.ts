import { coverageText } from '../../../src/snapshots/coverage-text.js';
import { coverageOf } from '../../../src/snapshots/coverage.view.js';
import { ClockBench } from './clock-bench.js';

let bench: ClockBench;

beforeEach(async () => {
  bench = await ClockBench.open();
});

afterEach(async () => {
  await bench.fresh.drop();
});

describe('coverage', () => {
  it('tells of each slot what became of it, newest first', async () => {
    const published = await bench.pastSlot('s1', 5);
    await bench.publish(await bench.claimOne(), 1);
    const failed = await bench.pastSlot('s1', 4);
    await bench.slots.fail(await bench.claimOne(), 'connection refused');
    const due = await bench.pastSlot('s1', 3);
    await bench.pastSlot('s2', 2);
    const slots = await coverageOf(bench.fresh.db, 's1');
    const ended = { endedAt: expect.stringMatching(/Z$/) as string };
    const slot = { source: 's1', trigger: 'schedule' };
    expect(slots).toEqual([
      { ...slot, dueAt: due.toISOString(), state: 'due' },
      { ...slot, dueAt: failed.toISOString(), state: 'failed', why: 'connection refused', ...ended },
      { ...slot, dueAt: published.toISOString(), state: 'published', seq: 1, ...ended },
    ]);
    expect(coverageText(slots).split('\n')).toEqual([
      `s1 ${due.toISOString()}  due`,
      `s1 ${failed.toISOString()}  failed     connection refused`,
      `s1 ${published.toISOString()}  published  snapshot 1`,
    ]);
    expect(await coverageOf(bench.fresh.db, 's1', { limit: 1 })).toHaveLength(1);
  });

  it('names a slot that somebody asked for, and one being read', async () => {
    await bench.slots.claimManual('s1');
    expect(coverageText(await coverageOf(bench.fresh.db, 's1'))).toMatch(/ {2}reading {4}run now$/);
  });

  it('says so where nothing was seen yet', () => {
    expect(coverageText([])).toMatch(/^No slot was seen yet/);
  });
});
