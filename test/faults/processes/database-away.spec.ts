import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../../src/platform/database.js';
import type { Claim, RunOutcome } from '../../../src/runs/claim.js';
import { LeasedRun } from '../../../src/runs/leased-run.job.js';
import { ScheduleStore } from '../../../src/runs/schedule.store.js';
import { SlotStore } from '../../../src/runs/slot.store.js';
import { ClockBench, SOURCES } from '../../medium/runs/clock-bench.js';
import { UnsteadyProxy } from '../../support/unsteady-proxy.js';

let bench: ClockBench;
let proxy: UnsteadyProxy;
let db: Database;
let slots: SlotStore;

beforeEach(async () => {
  bench = await ClockBench.open();
  await bench.pastSlot('s1', 0);
  proxy = await UnsteadyProxy.start(bench.fresh.appUrl);
  db = new Database({ url: proxy.url, onIdleError: () => undefined });
  slots = new SlotStore(db);
});

afterEach(async () => {
  await proxy.stop();
  await db.close();
  await bench.fresh.drop();
});

async function claimOne(): Promise<Claim> {
  const [claim] = await slots.claimDue(['s1'], 1);
  if (claim === undefined) throw new Error('nothing to claim');
  return claim;
}

type Run = (claim: Claim, signal: AbortSignal) => Promise<RunOutcome>;

const perform = (claim: Claim, run: Run, timing = { leaseMs: 60_000, renewMs: 200 }) =>
  new LeasedRun(slots, { run }, timing).perform(claim, {
    shutdown: new AbortController().signal,
    limitMs: 60_000,
  });

describe('a database that is away while a source is read', () => {
  it('for a moment, between two statements, costs nothing', async () => {
    const claim = await claimOne();
    const outcome = await perform(claim, async (mine) => {
      proxy.goAway();
      await sleep(1_000); // several renewals fail meanwhile
      proxy.comeBack();
      await bench.publish(mine, 1);
      return { outcome: 'published', seq: 1 };
    });
    expect(outcome).toEqual({ outcome: 'published', seq: 1 });
  });

  it('gets the slot back as soon as it answers, for the next heartbeat to read', async () => {
    const claim = await claimOne();
    const performed = perform(claim, async () => {
      proxy.goAway();
      await db.query('SELECT 1');
      throw new Error('the statement went through a database that is away');
    });
    await sleep(1_500);
    expect(await bench.slots.fateOf('s1', claim.dueAt)).toMatchObject({ state: 'leased' });
    proxy.comeBack();
    expect(await performed).toMatchObject({
      outcome: 'failed',
      why: expect.stringMatching(/was away/) as string,
    });
    expect((await claimOne()).epoch).toBe(claim.epoch + 1);
  });

  it('is told of a commit that took effect although its answer was lost', async () => {
    const claim = await claimOne();
    const performed = perform(claim, async (mine) => {
      await bench.publish(mine, 1);
      proxy.goAway();
      await db.query('SELECT 1');
      return { outcome: 'failed' };
    });
    await sleep(700);
    proxy.comeBack();
    expect(await performed).toEqual({ outcome: 'published', seq: 1 });
  });

  it('longer than the lease ends the reading, and leaves the slot to be read again', async () => {
    const claim = await claimOne();
    const performed = perform(
      claim,
      async (_claim, signal) => {
        proxy.goAway();
        await once(signal, 'abort');
        proxy.comeBack();
        return { outcome: 'failed', why: 'cut off' };
      },
      { leaseMs: 1_000, renewMs: 100 },
    );
    expect(await performed).toMatchObject({ outcome: 'failed' });
    expect(await bench.slots.fateOf('s1', claim.dueAt)).toMatchObject({ state: 'due' });
  });

  it('over and over ends a slot after ten attempts, so that the source is not read for ever', async () => {
    await bench.fresh.db.query('UPDATE slot SET epoch = 9');
    const claim = await claimOne();
    const terminated = Object.assign(new Error('terminating connection'), {
      code: '57P01',
      severity: 'FATAL',
    });
    await perform(claim, () => Promise.reject(terminated));
    expect(await bench.slots.fateOf('s1', claim.dueAt)).toMatchObject({
      state: 'failed',
      why: expect.stringMatching(/was away/) as string,
    });
  });
});

describe('a connection that swallows what is sent', () => {
  it('is given up in ten seconds by what the clock does, and not used again', async () => {
    await Promise.all([db.query('SELECT 1'), db.query('SELECT 1')]);
    proxy.freeze();
    const asked = performance.now();
    const [looked, claimed] = await Promise.allSettled([
      new ScheduleStore(db).register(SOURCES),
      slots.claimDue(['s1'], 1),
    ]);
    expect(performance.now() - asked).toBeLessThan(15_000);
    expect([looked.status, claimed.status]).toEqual(['rejected', 'rejected']);
    proxy.comeBack();
    expect(db.pool.totalCount).toBe(0);
    expect((await claimOne()).source).toBe('s1');
  });
});
