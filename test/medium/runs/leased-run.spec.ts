import { once } from 'node:events';
import type { Claim, RunOutcome } from '../../../src/runs/claim.js';
import { LeasedRun } from '../../../src/runs/leased-run.job.js';
import { ClockBench } from './clock-bench.js';

let bench: ClockBench;
let claim: Claim;

beforeEach(async () => {
  bench = await ClockBench.open();
  await bench.pastSlot('s1', 0);
  claim = await bench.claimOne();
});

afterEach(async () => {
  await bench.fresh.drop();
});

type Run = (claim: Claim, signal: AbortSignal) => Promise<RunOutcome>;

function perform(run: Run, { shutdown = new AbortController().signal, limitMs = 60_000, renewMs = 20 } = {}) {
  return new LeasedRun(bench.slots, { run }, { leaseMs: 60_000, renewMs }).perform(claim, {
    shutdown,
    limitMs,
  });
}

const fate = () => bench.slots.fateOf('s1', claim.dueAt);

/** Reads until it is told to stop, as a long read would. */
const endless: Run = async (_claim, signal) => {
  if (!signal.aborted) await once(signal, 'abort');
  throw new Error('the read was cut off');
};

describe('a run under its lease', () => {
  it('leaves a published slot as it is', async () => {
    const outcome = await perform(async (mine) => {
      await bench.publish(mine, 1);
      return { outcome: 'published', seq: 1 };
    });
    expect(outcome).toEqual({ outcome: 'published', seq: 1 });
    expect(await fate()).toMatchObject({ state: 'published', seq: 1 });
  });

  it('fails the slot with the reason the run gives, or throws', async () => {
    await perform(async () => Promise.resolve({ outcome: 'failed', why: 'connection refused' }));
    expect(await fate()).toMatchObject({ state: 'failed', why: 'connection refused' });
  });

  it('fails the slot of a run that throws', async () => {
    const outcome = await perform(() => Promise.reject(new Error('out of words')));
    expect(outcome).toMatchObject({ outcome: 'failed', why: 'out of words' });
    expect(await fate()).toMatchObject({ state: 'failed', why: 'out of words' });
  });

  it('asks the slot what became of a commit whose answer was lost', async () => {
    const outcome = await perform(async (mine) => {
      await bench.publish(mine, 1);
      throw new Error('Connection terminated unexpectedly');
    });
    expect(outcome).toEqual({ outcome: 'published', seq: 1 });
  });

  it('renews while it reads', async () => {
    await bench.expire(claim);
    await perform(async () => {
      for (let renewed = false; !renewed;) {
        const [slot] = await bench.fresh.db.query<{ held: boolean }>(
          `SELECT lease_until > now() AS held FROM slot WHERE state = 'leased'`,
        );
        renewed = slot?.held ?? false;
      }
      return { outcome: 'failed', why: 'read enough' };
    });
    expect(await fate()).toMatchObject({ state: 'failed', why: 'read enough' });
  });

  it('stops reading once another process has taken over, and leaves the slot to it', async () => {
    await bench.expire(claim);
    const taken = await bench.claimOne();
    const outcome = await perform(endless);
    expect(outcome).toMatchObject({
      outcome: 'fenced',
      why: 'its lease was lost: another process may read the source now',
    });
    expect(await fate()).toMatchObject({ state: 'leased', epoch: taken.epoch });
  });

  it('ends a read that takes too long', async () => {
    const outcome = await perform(endless, { limitMs: 30 });
    expect(outcome.outcome).toBe('failed');
    expect((await fate())?.why).toMatch(/\(limits\.runMinutes\); the read was cut off$/);
  });

  it('hands the slot back when the process is asked to stop', async () => {
    const outcome = await perform(endless, { shutdown: AbortSignal.abort() });
    expect(outcome).toMatchObject({ outcome: 'failed', why: 'interrupted' });
    expect(await fate()).toMatchObject({ state: 'due', epoch: claim.epoch });
    expect((await bench.claimOne()).epoch).toBe(claim.epoch + 1);
  });

  it('publishes although it is asked to stop, once publishing has begun', async () => {
    const shutdown = new AbortController();
    const outcome = await perform(
      async (mine) => {
        shutdown.abort();
        await bench.publish(mine, 1);
        return { outcome: 'published', seq: 1 };
      },
      { shutdown: shutdown.signal },
    );
    expect(outcome.outcome).toBe('published');
    expect(await fate()).toMatchObject({ state: 'published' });
  });
});
