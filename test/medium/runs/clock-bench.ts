import type { Claim } from '../../../src/runs/claim.js';
import { type ScheduledSource, ScheduleStore } from '../../../src/runs/schedule.store.js';
import { SlotStore } from '../../../src/runs/slot.store.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';

/** Long enough never to run out by itself in a test; leases are ended with `expire`. */
export const LEASE_MS = 60_000;

export const HOURLY = { expression: '0 * * * *', timezone: 'Europe/Berlin' };

export const SOURCES: readonly ScheduledSource[] = ['s1', 's2', 's3'].map((name) => ({
  name,
  kind: 'ivanti-epmm',
  schedule: HOURLY,
}));
export const NAMES = SOURCES.map((source) => source.name);

export interface SlotRow {
  readonly due_at: Date;
  readonly state: string;
  readonly trigger: string;
  readonly why: string | null;
  readonly epoch: number;
  readonly seq: number | null;
}

/** Three registered sources in a database of their own, and ways to bring their slots into a state. */
export class ClockBench {
  readonly schedules: ScheduleStore;
  readonly slots: SlotStore;

  private constructor(readonly fresh: TestDatabase) {
    this.schedules = new ScheduleStore(fresh.db);
    this.slots = new SlotStore(fresh.db, { leaseMs: LEASE_MS });
  }

  static async open(): Promise<ClockBench> {
    const bench = new ClockBench(await freshDatabase());
    await bench.schedules.register(SOURCES);
    return bench;
  }

  async seeAll(): Promise<void> {
    for (const source of SOURCES) await this.schedules.seeSlots(source);
  }

  rows(source = 's1'): Promise<SlotRow[]> {
    return this.fresh.db.query<SlotRow>('SELECT * FROM slot WHERE source = $1 ORDER BY due_at', [source]);
  }

  /** A slot of some hours ago, as a process saw it before it was due. */
  async pastSlot(source: string, hours: number): Promise<Date> {
    const [row] = await this.fresh.db.query<{ due_at: Date }>(
      `INSERT INTO slot (source, due_at, trigger, created_at)
       VALUES ($1, date_trunc('hour', now()) - $2 * interval '1 hour', 'schedule', now() - ($2 + 2) * interval '1 hour')
       RETURNING due_at`,
      [source, hours],
    );
    if (row === undefined) throw new Error('no slot was made');
    return row.due_at;
  }

  async claimOne(source = 's1'): Promise<Claim> {
    const [claim] = await this.slots.claimDue([source], 1);
    if (claim === undefined) throw new Error(`nothing to claim of ${source}`);
    return claim;
  }

  /** What happens to a lease whose holder was killed: its time passes. */
  async expire(claim: Claim): Promise<void> {
    await this.fresh.db.query(
      `UPDATE slot SET lease_until = now() - interval '1 second' WHERE source = $1 AND due_at = $2`,
      [claim.source, claim.dueAt],
    );
  }

  /** The part of publishing that belongs to the clock. */
  async publish(claim: Claim, seq: number): Promise<void> {
    await this.fresh.db.transaction(async (tx) => {
      await this.slots.lockForPublish(tx, claim);
      await tx.execute('UPDATE source SET last_seq = $2 WHERE name = $1', [claim.source, seq]);
      await this.slots.markPublished(tx, claim, seq);
    });
  }
}
