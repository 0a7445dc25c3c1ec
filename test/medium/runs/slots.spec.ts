import { SlotStore } from '../../../src/runs/slot.store.js';
import { ClockBench, LEASE_MS, NAMES, SOURCES } from './clock-bench.js';

let bench: ClockBench;

beforeEach(async () => {
  bench = await ClockBench.open();
});

afterEach(async () => {
  await bench.fresh.drop();
});

describe('seeing slots', () => {
  it('has the next slot before it is due, once, however many processes look at the same moment', async () => {
    await Promise.all(Array.from({ length: 8 }, () => bench.seeAll()));
    const seen = await bench.rows();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ state: 'due', trigger: 'schedule', epoch: 0 });
    expect(seen[0]?.due_at.getTime()).toBeGreaterThan(Date.now());
    expect(await bench.slots.claimDue(NAMES, 5)).toEqual([]);
  });

  it('records what passed during downtime as missed and runs the newest', async () => {
    const oldest = await bench.pastSlot('s1', 4);
    await bench.seeAll();
    const seen = await bench.rows();
    expect(seen.length).toBeGreaterThanOrEqual(6);
    expect(seen.map((row) => row.state)).toEqual([...seen.slice(2).map(() => 'missed'), 'due', 'due']);
    expect(seen[0]?.due_at).toEqual(oldest);
    expect(new Set(seen.slice(0, -2).map((row) => row.why))).toEqual(
      new Set(['no process that reads it looked for work']),
    );
    expect((await bench.claimOne()).dueAt).toEqual(seen.at(-2)?.due_at);
    expect(await bench.slots.claimDue(NAMES, 5)).toEqual([]);
  });

  it('does not wait for a source that is being published', async () => {
    await bench.fresh.db.transaction(async (tx) => {
      await tx.query(`SELECT 1 FROM source WHERE name = 's1' FOR UPDATE`);
      await bench.schedules.register(SOURCES);
      await bench.seeAll();
    });
    expect(await bench.rows('s1')).toEqual([]);
    expect(await bench.rows('s2')).toHaveLength(1);
  });

  it('changes nothing when it looks again', async () => {
    await bench.pastSlot('s1', 4);
    await bench.seeAll();
    const before = await bench.rows();
    await bench.seeAll();
    expect(await bench.rows()).toEqual(before);
  });

  it('ends slots of a source that nobody configures any more, after a while', async () => {
    await bench.pastSlot('s1', 3);
    await bench.pastSlot('s2', 3);
    await bench.fresh.db.query(
      `INSERT INTO slot (source, due_at, trigger) VALUES ('s3', now() - interval '10 minutes', 'schedule')`,
    );
    await bench.schedules.endUnconfigured(['s2']);
    expect((await bench.rows())[0]).toMatchObject({
      state: 'missed',
      why: 'the source is no longer configured',
    });
    expect((await bench.rows('s2'))[0]?.state).toBe('due');
    expect((await bench.rows('s3'))[0]?.state).toBe('due');
  });
});

describe('claiming', () => {
  it('gives each due slot to exactly one of 8 claimers', async () => {
    for (const source of NAMES) await bench.pastSlot(source, 0);
    const claims = (
      await Promise.all(Array.from({ length: 8 }, () => bench.slots.claimDue(NAMES, 3)))
    ).flat();
    // who comes second skips, so all are claimed once at the latest when everybody has asked again
    claims.push(...(await bench.slots.claimDue(NAMES, 3)));
    expect(claims.map((claim) => claim.source).sort()).toEqual(NAMES);
    expect(claims.every((claim) => claim.epoch === 1 && claim.baseSeq === 0)).toBe(true);
    const runs = await bench.fresh.db.query<{ id: string }>('SELECT id FROM run');
    expect(runs.map((run) => BigInt(run.id)).sort()).toEqual(claims.map((claim) => claim.runId).sort());
  });

  it('never gives two slots of one source at once', async () => {
    await bench.pastSlot('s1', 0);
    await bench.pastSlot('s1', 1);
    const claims = (
      await Promise.all(Array.from({ length: 8 }, () => bench.slots.claimDue(['s1'], 2)))
    ).flat();
    expect(claims).toHaveLength(1);
    expect(await bench.slots.claimDue(['s1'], 2)).toEqual([]);
  });

  it('takes no more than its limit', async () => {
    for (const source of NAMES) await bench.pastSlot(source, 0);
    expect(await bench.slots.claimDue(NAMES, 2)).toHaveLength(2);
    expect(await bench.slots.claimDue(NAMES, 0)).toEqual([]);
  });

  it('takes over after the lease of a killed holder, and not before', async () => {
    await bench.pastSlot('s1', 0);
    const first = await bench.claimOne();
    expect(await bench.slots.claimDue(NAMES, 1)).toEqual([]);
    await bench.expire(first);
    const second = await bench.claimOne();
    expect(second).toMatchObject({ dueAt: first.dueAt, epoch: 2 });
    const [run] = await bench.fresh.db.query<{ outcome: string }>('SELECT outcome FROM run WHERE id = $1', [
      first.runId,
    ]);
    expect(run?.outcome).toBe('fenced');
  });
});

describe('the fence', () => {
  it('lets only the latest holder publish', async () => {
    await bench.pastSlot('s1', 0);
    const stalled = await bench.claimOne();
    await bench.expire(stalled);
    const holder = await bench.claimOne();
    expect(await bench.slots.renew(stalled)).toBe('lost');
    await expect(bench.publish(stalled, 1)).rejects.toMatchObject({ code: 'fenced' });
    expect(await bench.slots.fail(stalled, 'too late')).toBe('fenced');
    await bench.slots.handBack(stalled);
    expect(await bench.slots.fateOf('s1', holder.dueAt)).toMatchObject({
      state: 'leased',
      epoch: 2,
      runId: holder.runId,
    });
    await bench.publish(holder, 1);
    expect(await bench.slots.fateOf('s1', holder.dueAt)).toMatchObject({ state: 'published', seq: 1 });
    await expect(bench.publish(holder, 2)).rejects.toMatchObject({ code: 'fenced' });
  });

  it('lets a holder publish whose lease ran out while nobody else came', async () => {
    await bench.pastSlot('s1', 0);
    const claim = await bench.claimOne();
    await bench.expire(claim);
    await bench.publish(claim, 1);
    expect((await bench.rows())[0]).toMatchObject({ state: 'published', seq: 1 });
  });

  it('refuses a run that stands on an older snapshot', async () => {
    await bench.pastSlot('s1', 0);
    const claim = await bench.claimOne();
    await bench.fresh.db.query(`UPDATE source SET last_seq = 7 WHERE name = 's1'`);
    await expect(bench.publish(claim, 1)).rejects.toMatchObject({ code: 'superseded' });
  });

  it('is not taken over while it publishes, even past the lease, and needs no renewal', async () => {
    await bench.pastSlot('s1', 0);
    const claim = await bench.claimOne();
    await bench.expire(claim);
    await bench.fresh.db.transaction(async (tx) => {
      await bench.slots.lockForPublish(tx, claim);
      await bench.pastSlot('s1', 1);
      expect(await bench.slots.claimDue(NAMES, 5)).toEqual([]);
      expect(await bench.slots.renew(claim)).toBe('publishing');
      await bench.seeAll();
      await bench.slots.markPublished(tx, claim, 1);
    });
    expect(await bench.slots.fateOf('s1', claim.dueAt)).toMatchObject({ state: 'published' });
  });

  it('renews a lease on the clock of the database', async () => {
    await bench.pastSlot('s1', 0);
    const claim = await bench.claimOne();
    await bench.expire(claim);
    expect(await bench.slots.renew(claim)).toBe('renewed');
    const [left] = await bench.fresh.db.query<{ ms: number }>(
      `SELECT extract(epoch FROM lease_until - now())::float8 * 1000 AS ms FROM slot WHERE state = 'leased'`,
    );
    expect(left?.ms).toBeGreaterThan(LEASE_MS - 10_000);
    expect(left?.ms).toBeLessThanOrEqual(LEASE_MS + 1_000);
  });

  it('knows nothing of a slot that never was', async () => {
    expect(await bench.slots.fateOf('s1', new Date(0))).toBeNull();
  });
});

describe('run now', () => {
  it('is a slot of its own, due now, through the same claim', async () => {
    const claim = await bench.slots.claimManual('s1');
    expect((await bench.rows())[0]).toMatchObject({
      state: 'leased',
      trigger: 'manual',
      due_at: claim.dueAt,
      epoch: 1,
    });
    await bench.publish(claim, 1);
  });

  it('says until when somebody else is reading the source', async () => {
    await bench.pastSlot('s1', 0);
    await bench.claimOne();
    await expect(bench.slots.claimManual('s1')).rejects.toMatchObject({
      code: 'source-busy',
      message: expect.stringMatching(/^s1 is being read; its lease holds until \d{4}-/) as string,
    });
  });

  it('makes a scheduled slot wait, and only one of many at once gets through', async () => {
    await bench.pastSlot('s1', 0);
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => bench.slots.claimManual('s1')));
    const claims = tries.filter((one) => one.status === 'fulfilled').map((one) => one.value);
    expect(claims).toHaveLength(1);
    expect(await bench.slots.claimDue(NAMES, 5)).toEqual([]);
    for (const claim of claims) await bench.publish(claim, 1);
    expect((await bench.claimOne()).baseSeq).toBe(1);
  });

  it('tells an unknown source from a known one', async () => {
    await expect(bench.slots.claimManual('nobody')).rejects.toMatchObject({ code: 'unknown-source' });
  });
});

describe('ending', () => {
  it('records a failure with its reason', async () => {
    await bench.pastSlot('s1', 0);
    const claim = await bench.claimOne();
    expect(await bench.slots.fail(claim, 'connection refused')).toBe('failed');
    expect((await bench.rows())[0]).toMatchObject({ state: 'failed', why: 'connection refused' });
    expect(await bench.slots.claimDue(NAMES, 5)).toEqual([]);
  });

  it('hands a scheduled slot back with its epoch, so that the old holder stays fenced', async () => {
    await bench.pastSlot('s1', 0);
    const first = await bench.claimOne();
    await bench.slots.handBack(first);
    await expect(bench.publish(first, 1)).rejects.toMatchObject({ code: 'fenced' });
    expect(await bench.claimOne()).toMatchObject({ dueAt: first.dueAt, epoch: 2 });
  });

  it('fails a manual slot that is handed back', async () => {
    const claim = await bench.slots.claimManual('s1');
    await bench.slots.handBack(claim);
    expect((await bench.rows())[0]?.state).toBe('failed');
  });

  describe('what its holder does not read', () => {
    const longAgo = (): Promise<unknown> =>
      bench.fresh.db.query(
        `UPDATE slot SET lease_until = lease_until - interval '6 seconds' WHERE state = 'leased'`,
      );

    it('is handed back by it at once, and by nobody else', async () => {
      await bench.pastSlot('s1', 0);
      const lost = await bench.claimOne();
      await bench.pastSlot('s2', 0);
      const read = await bench.claimOne('s2');
      // a claim that was just made has yet to begin
      expect(await bench.slots.handBackForgotten([read.runId])).toEqual([]);
      await longAgo();
      const other = new SlotStore(bench.fresh.db, { leaseMs: LEASE_MS });
      expect(await other.handBackForgotten([])).toEqual([]);
      expect((await bench.slots.handBackForgotten([read.runId])).map(({ source }) => source)).toEqual(['s1']);
      expect((await bench.rows())[0]).toMatchObject({ state: 'due', epoch: 1 });
      await expect(bench.publish(lost, 1)).rejects.toMatchObject({ code: 'fenced' });
      expect((await bench.claimOne()).epoch).toBe(2);
      await bench.publish(read, 1);
    });

    it('is so at most ten times; then the next slot has to do', async () => {
      await bench.pastSlot('s1', 0);
      for (let n = 1; n <= 10; n++) {
        expect((await bench.claimOne()).epoch).toBe(n);
        await longAgo();
        expect(await bench.slots.handBackForgotten([])).toHaveLength(1);
      }
      expect((await bench.rows())[0]).toMatchObject({
        state: 'failed',
        why: expect.stringContaining('took over'),
      });
    });

    it('ends, where somebody had asked for it', async () => {
      await bench.slots.claimManual('s1');
      await longAgo();
      await bench.slots.handBackForgotten([]);
      expect((await bench.rows())[0]).toMatchObject({ state: 'failed', trigger: 'manual' });
    });
  });
});
