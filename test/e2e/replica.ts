/**
 * One replica, as a process of its own that tests may kill or stop: pulse, slots, leases and fence are the product's,
 * the read is a short wait, and what it publishes is a snapshot without records.
 * Arguments: database URL. Says `up` once it looks for work; ends in order on SIGTERM.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../src/platform/database.js';
import { Log } from '../../src/platform/log.js';
import { RolewatchError } from '../../src/platform/errors.js';
import type { Claim, RunOutcome } from '../../src/runs/claim.js';
import { LeasedRun } from '../../src/runs/leased-run.job.js';
import { PulseJob } from '../../src/runs/pulse.job.js';
import { ScheduleStore } from '../../src/runs/schedule.store.js';
import { SlotStore } from '../../src/runs/slot.store.js';

/** A slot a second each, leases of one and a half: faults of a second or two are then long ones. */
const SCHEDULE = { expression: '* * * * * *', timezone: 'Europe/Berlin' };
const TIMING = { leaseMs: 1_500, renewMs: 400, graceMs: 1_000, handBackMs: 1_000 };
const PULSE_MS = 100;

async function run(db: Database, slots: SlotStore, claim: Claim): Promise<RunOutcome> {
  await sleep(50 + (randomBytes(1)[0] ?? 0));
  const seq = claim.baseSeq + 1;
  try {
    await db.transaction(async (tx) => {
      await slots.lockForPublish(tx, claim);
      const manifest = JSON.stringify({ source: claim.source, seq, run: String(claim.runId) });
      await tx.query(
        `INSERT INTO snapshot (source, seq, run_id, recorded_at, root, manifest, digest, previous_digest)
         VALUES ($1, $2, $3, date_trunc('milliseconds', now()), $4, $5, sha256(convert_to($5, 'UTF8')), (SELECT digest FROM snapshot WHERE source = $1 AND seq = $2 - 1))`,
        [claim.source, seq, claim.runId, Buffer.alloc(32), manifest],
      );
      await tx.execute('UPDATE source SET last_seq = $2 WHERE name = $1', [claim.source, seq]);
      // a window for the killer, inside the transaction
      await sleep(20);
      await slots.markPublished(tx, claim, seq);
    });
    return { outcome: 'published', seq };
  } catch (error) {
    if (error instanceof RolewatchError && error.code === 'fenced')
      return { outcome: 'fenced', why: error.message };
    throw error;
  }
}

async function main(url: string): Promise<void> {
  const db = new Database({ url, maxConnections: 4 });
  const slots = new SlotStore(db, TIMING);
  const runs = new LeasedRun(slots, { run: (claim) => run(db, slots, claim) }, TIMING);
  const sources = ['a', 'b', 'c'].map((name) => ({
    name,
    kind: 'ivanti-epmm',
    schedule: SCHEDULE,
    limitMs: 60_000,
  }));
  const pulse = new PulseJob(
    sources,
    new ScheduleStore(db),
    slots,
    runs,
    () => Promise.resolve([]),
    Log.toStderr(process.env['LOG_LEVEL'] ?? 'fatal'),
    TIMING,
  );
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.stdout.write('up\n');
  while (!stop.signal.aborted) {
    await pulse.beat();
    await sleep(PULSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  await pulse.drain();
  await db.close();
}

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: replica DATABASE_URL');
void main(url);
