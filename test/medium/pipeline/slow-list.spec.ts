/** One list that does not come to its end, or not in time, costs the others nothing. */
import { paging } from '../../../demo/estate/faults.js';
import type { Fault } from '../../../demo/estate/simulated-server.js';
import { HandClock } from '../../support/hand-clock.js';
import { Pipeline } from '../../support/pipeline.js';
import { falselyGone, stored, untruths, upstream } from './lists.js';
import { addAdmin, FIELD, GLOBAL, village } from './village.js';

const MINUTE = 60_000;
const ADMINS = 30;
const SUMMARY = { stream: 'user_summary', space: '1' } as const;

let clock: HandClock;
let pipeline: Pipeline;

beforeEach(async () => {
  clock = new HandClock();
  const estate = village();
  for (let n = 0; n < ADMINS; n++) addAdmin(estate, `admin${n}`, [n % 2 === 0 ? GLOBAL : FIELD, 2]);
  pipeline = await Pipeline.start({ estate, pageSize: 6, time: clock, runMs: 30 * MINUTE });
  await pipeline.publish();
});
afterEach(() => pipeline.stop());

/** Each answer takes a while. */
function taking(ms: number): Fault {
  return { name: `${ms} ms a page`, ask: () => clock.pass(ms) };
}

/** A run while somebody comes, and somebody goes; nobody is gone who is there. @returns the lists it doubts */
async function doubted() {
  const before = await stored(pipeline.db);
  addAdmin(pipeline.estate, 'newcomer', [FIELD, 7]);
  pipeline.estate.removeAdmin('admin29');
  const seq = await pipeline.publish();
  const after = await stored(pipeline.db);
  expect(falselyGone(before, after, upstream(pipeline.estate))).toEqual([]);
  expect([...(after.get('users/')?.keys() ?? [])]).toContain('newcomer');
  expect([...(after.get('users/')?.keys() ?? [])]).not.toContain('admin29');
  return pipeline.doubts(seq);
}

async function healed(): Promise<void> {
  pipeline.server.heal();
  expect(await pipeline.doubts(await pipeline.publish())).toEqual([]);
  expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  expect(await pipeline.fsck()).toEqual([]);
}

it('gives a list without an end half of the time that is left', async () => {
  pipeline.server.inject(paging.endlessPaging(9_000_000), SUMMARY);
  pipeline.server.inject(taking(2 * MINUTE), SUMMARY); // few enough made-up rows to be believed to be gone again
  expect(await doubted()).toEqual([
    expect.objectContaining({
      ...{ stream: 'user_summary', scope: '1', verdict: 'partial', reads: 1 },
      why: 'user_summary, space 1, page 7: the read was cancelled: it took longer than 15 minutes, half of what the run had left (limits.runMinutes)',
    }),
  ]);
  await healed();
});

it('gives the same to one that sends row by row, whatever it is tried for', async () => {
  pipeline.server.inject(paging.pageSizeCut(1), SUMMARY);
  pipeline.server.inject(taking(MINUTE), SUMMARY);
  const [list, ...others] = await doubted();
  expect(others).toEqual([]);
  expect(list).toMatchObject({ stream: 'user_summary', scope: '1', verdict: 'partial' });
  expect(list?.why).toMatch(/^user_summary, space 1, page 14: .* 15 minutes/);
  await healed();
});

it('leaves something for each of several', async () => {
  for (const space of ['1', '2']) pipeline.server.inject(taking(4 * MINUTE), { ...SUMMARY, space });
  const doubts = await doubted();
  expect(doubts.map(({ stream, scope }) => `${stream} ${scope}`)).toEqual([
    'user_summary 1',
    'user_summary 2',
  ]);
  await healed();
});

it('ends at once where the same rows come round again', async () => {
  pipeline.server.inject(paging.comesRound(9_000_000), SUMMARY);
  let asked = 0;
  pipeline.server.inject({ name: 'counted', ask: () => (asked += 1) }, SUMMARY);
  expect(await doubted()).toEqual([
    expect.objectContaining({
      ...{ stream: 'user_summary', scope: '1', verdict: 'partial', reads: 3 },
      why: expect.stringMatching(/^user_summary of 1, page 6: nobody whom the pages before did not show/),
    }),
  ]);
  expect(asked).toBeLessThan(30);
  await healed();
});
