import { NO_ROUTING } from '../../../src/alerts/alert-routing.js';
import { tellTroubles } from '../../../src/alerts/source-troubles.store.js';
import { PauseStore } from '../../../src/runs/pause.store.js';
import { statusOfSources } from '../../../src/runs/status.view.js';
import { ClockBench } from '../runs/clock-bench.js';

let bench: ClockBench;

beforeEach(async () => {
  bench = await ClockBench.open();
  // known for long: whatever passed since then was seen
  await bench.fresh.db.query(`UPDATE source SET created_at = now() - interval '30 days'`);
});
afterEach(() => bench.fresh.drop());

const tell = (sources = ['s1']) => tellTroubles(bench.fresh.db, sources, NO_ROUTING);

async function alerts(): Promise<string[]> {
  const rows = await bench.fresh.db.query<{ told: string }>(
    `SELECT seq || ' ' || kind AS told FROM alert WHERE source = 's1' ORDER BY no`,
  );
  return rows.map(({ told }) => told);
}

const silent = async () => (await alerts()).filter((told) => told.endsWith('source-silent'));

/** A scheduled slot that ended without a snapshot so many hours ago. */
async function ended(
  hours: number,
  why = 'no process that reads it looked for work',
  state = 'missed',
): Promise<void> {
  const dueAt = await bench.pastSlot('s1', hours);
  await bench.fresh.db.query(
    `UPDATE slot SET state = $2, why = $3, ended_at = due_at + interval '1 minute' WHERE due_at = $1`,
    [dueAt, state, why],
  );
}

/** A snapshot of so many hours ago. */
async function published(hours: number): Promise<void> {
  await bench.pastSlot('s1', hours);
  const claim = await bench.claimOne();
  const seq = claim.baseSeq + 1;
  await bench.fresh.db.transaction(async (tx) => {
    await bench.slots.lockForPublish(tx, claim);
    await tx.query(
      `INSERT INTO snapshot (source, seq, run_id, recorded_at, root, manifest, digest, previous_digest)
       VALUES ($1, $2, $3, date_trunc('milliseconds', now()), $4, '{}', sha256('{}'), (SELECT digest FROM snapshot WHERE source = $1 AND seq = $2 - 1))`,
      [claim.source, seq, claim.runId, Buffer.alloc(32)],
    );
    await tx.execute('UPDATE source SET last_seq = $2 WHERE name = $1', [claim.source, seq]);
    await bench.slots.markPublished(tx, claim, seq);
  });
}

describe('a source that gives no snapshot for two intervals', () => {
  it('is told of once, by whichever of several processes, before and after they start anew', async () => {
    await ended(3);
    await tell();
    expect(await silent()).toEqual([]);
    await ended(2);
    await Promise.all([1, 2, 3, 4, 5].map(() => tell()));
    await tell();
    await ended(1);
    await tell();
    expect(await silent()).toEqual(['0 source-silent']);
  });

  it('is told of again if it falls silent after another snapshot', async () => {
    await ended(9);
    await ended(8);
    await tell();
    await published(0);
    await tell();
    expect(await silent()).toEqual(['0 source-silent']);
    // as if that snapshot had been long ago: slots that came due since then
    await bench.fresh.db.query(
      `INSERT INTO slot (source, due_at, trigger, state, why, ended_at)
       SELECT 's1', now() + n * interval '1 minute', 'schedule', 'failed', 'refused', now() FROM generate_series(1, 2) n`,
    );
    await tell();
    await tell();
    expect(await silent()).toEqual(['0 source-silent', '1 source-silent']);
  });

  it('is known by its slots and not by hours: a weekend is not silence', async () => {
    await published(0);
    // the last snapshot was on Friday, and nothing was due since
    await tell();
    expect(await alerts()).toEqual([]);
  });

  it('is called paused, not silent, and what passed in the pause is not held against it', async () => {
    const pauses = new PauseStore(bench.fresh.db);
    await pauses.pause('s1', 'the password was refused');
    for (const hours of [5, 4, 3]) await ended(hours, 'paused since 2026-01-01T00:00:00.000Z: refused');
    await tell();
    expect(await alerts()).toEqual(['0 source-paused']);
    await pauses.resume('s1', 'os:test');
    await tell();
    expect(await silent()).toEqual([]);
  });

  it('is not silent because its schedule was changed, or it left and came back', async () => {
    for (const hours of [5, 4]) await ended(hours, 'the schedule was changed before it was due');
    for (const hours of [3, 2]) await ended(hours, 'the source is no longer configured');
    await tell();
    expect(await alerts()).toEqual([]);
  });

  it('is not silent because it comes back that was never read, and was left out for long', async () => {
    await ended(6, 'the source is no longer configured');
    await bench.seeAll();
    await tell();
    expect(await alerts()).toEqual([]);
    const missed = (await bench.rows()).filter(({ why }) => why === 'the source was not configured');
    expect(missed.length).toBeGreaterThan(3);
  });

  it('waits for a slot that is under way, but not for one that always is', async () => {
    await ended(4, 'refused', 'failed');
    await ended(3, 'refused', 'failed');
    await bench.pastSlot('s1', 0);
    await bench.claimOne();
    await tell();
    expect(await silent()).toEqual([]);
    await ended(2, 'it was still waiting for its turn when the next slot was due');
    await tell();
    expect(await silent()).toEqual(['0 source-silent']);
  });

  it('shows as silent, and as failing, where health is asked', async () => {
    for (const hours of [4, 3, 2]) await ended(hours, 'refused', 'failed');
    const [status] = await statusOfSources(bench.fresh.db);
    expect(status).toMatchObject({
      source: 's1',
      troubles: [
        { code: 'silent', why: 'no snapshot ever: 3 scheduled slots ended without one' },
        { code: 'failing', why: '3 in a row, the last: refused' },
      ],
    });
  });
});
