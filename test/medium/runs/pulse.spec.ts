import { once } from 'node:events';
import { Log } from '../../../src/platform/log.js';
import type { Claim, Runner } from '../../../src/runs/claim.js';
import { LeasedRun } from '../../../src/runs/leased-run.job.js';
import { PulseJob } from '../../../src/runs/pulse.job.js';
import { ClockBench, SOURCES } from './clock-bench.js';

let bench: ClockBench;
let lines: string[];

beforeEach(async () => {
  bench = await ClockBench.open();
  lines = [];
  for (const { name } of SOURCES) await bench.pastSlot(name, 0);
});

afterEach(async () => {
  await bench.fresh.drop();
});

function pulseOf(
  run: Runner['run'],
  timing = { graceMs: 60_000, handBackMs: 60_000 },
  retire = (): Promise<string[]> => Promise.resolve([]),
): PulseJob {
  const sources = SOURCES.map((source) => ({ ...source, limitMs: 60_000 }));
  const log = Log.to({ write: (line: string) => void lines.push(line) });
  return new PulseJob(
    sources,
    bench.schedules,
    bench.slots,
    new LeasedRun(bench.slots, { run }),
    retire,
    log,
    timing,
  );
}

const states = async () =>
  (await Promise.all(SOURCES.map(({ name }) => bench.rows(name)))).map(([passed]) => passed?.state);

async function publish(claim: Claim) {
  await bench.publish(claim, claim.baseSeq + 1);
  return { outcome: 'published' as const, seq: claim.baseSeq + 1 };
}

describe('the pulse', () => {
  it('reads what is due, two sources at once, and looks ahead', async () => {
    let reading = 0;
    let most = 0;
    const pulse = pulseOf(async (claim) => {
      most = Math.max(most, ++reading);
      const outcome = await publish(claim);
      reading--;
      return outcome;
    });
    await pulse.beat();
    await pulse.idle();
    expect((await states()).sort()).toEqual(['due', 'published', 'published']);
    await pulse.beat();
    await pulse.idle();
    expect(await states()).toEqual(['published', 'published', 'published']);
    expect(most).toBe(2);
    expect((await bench.rows('s1')).at(-1)?.state).toBe('due');
  });

  it('hands back what is leased to it and not read, as after a claim whose answer was lost, and reads it', async () => {
    const lost = await bench.claimOne('s1');
    await bench.fresh.db.query(
      `UPDATE slot SET lease_until = lease_until - interval '6 seconds' WHERE state = 'leased'`,
    );
    const claims: Claim[] = [];
    const pulse = pulseOf(async (claim) => {
      claims.push(claim);
      return publish(claim);
    });
    await pulse.beat();
    await pulse.idle();
    await pulse.beat();
    await pulse.idle();
    expect(claims.find(({ source }) => source === 's1')).toMatchObject({ dueAt: lost.dueAt, epoch: 2 });
    expect(lines.join('')).toContain('a slot of ours that nobody reads is handed back');
  });

  it('does not overlap itself', async () => {
    const claims: Claim[] = [];
    const pulse = pulseOf(async (claim) => {
      claims.push(claim);
      return publish(claim);
    });
    await Promise.all([pulse.beat(), pulse.beat(), pulse.beat()]);
    await pulse.idle();
    expect(claims).toHaveLength(2);
  });

  it('survives a database that is away', async () => {
    const pulse = pulseOf(publish);
    await bench.fresh.db.query('SELECT 1');
    const query = jest
      .spyOn(bench.fresh.db.pool, 'query')
      .mockRejectedValueOnce(new Error('terminating connection') as never);
    await pulse.beat();
    query.mockRestore();
    expect(lines.join('')).toContain('pulse failed');
    await pulse.beat();
    await pulse.idle();
    expect((await states()).filter((state) => state === 'published')).toHaveLength(2);
  });

  it('reads what is due although another source cannot be retired', async () => {
    const pulse = pulseOf(publish, undefined, () => Promise.reject(new Error('cannot be retired')));
    await pulse.beat();
    await pulse.idle();
    expect((await states()).filter((state) => state === 'published')).toHaveLength(2);
    expect(lines.join('')).toContain('cannot be retired');
  });

  it('waits at shutdown for runs that end in time, and begins nothing more', async () => {
    const finish = new AbortController();
    const pulse = pulseOf(async (claim) => {
      await once(finish.signal, 'abort');
      return publish(claim);
    });
    await pulse.beat();
    const drained = pulse.drain();
    finish.abort();
    await drained;
    await pulse.beat();
    expect((await states()).sort()).toEqual(['due', 'published', 'published']);
  });

  it('aborts runs that do not end in time, and hands their slots back', async () => {
    const pulse = pulseOf(
      async (_claim, signal) => {
        await once(signal, 'abort');
        throw new Error('cut off');
      },
      { graceMs: 10, handBackMs: 60_000 },
    );
    await pulse.beat();
    await pulse.drain();
    expect(await states()).toEqual(['due', 'due', 'due']);
    expect(await bench.slots.claimDue(['s1', 's2', 's3'], 3)).toHaveLength(3);
  });

  it('does not wait for ever for a database that does not answer', async () => {
    const pulse = pulseOf(publish, { graceMs: 10, handBackMs: 10 });
    const query = jest.spyOn(bench.fresh.db, 'query').mockReturnValue(new Promise(() => undefined));
    void pulse.beat();
    await pulse.drain();
    query.mockRestore();
    expect(lines.join('')).toContain('runs did not end in time');
  });

  it('goes without a run that will not stop: its lease runs out by itself', async () => {
    let release = (): void => undefined;
    const stuck = new Promise<void>((done) => (release = done));
    const pulse = pulseOf(
      async () => {
        await stuck;
        return { outcome: 'failed', why: 'at last' };
      },
      { graceMs: 10, handBackMs: 10 },
    );
    await pulse.beat();
    await pulse.drain();
    expect(lines.join('')).toContain('runs did not end in time');
    release();
    await pulse.idle();
  });
});
