/** The timers of every process: each looks for work every ten seconds, but for looks that can find nothing. */
import type { Database } from '../../../src/platform/database.js';
import { PULSE_MS } from '../../../src/runs/timing.js';
import { type Agenda, type Entry, HOUR } from './agenda.js';
import type { Replica } from './replica.js';
import type { Timetable } from './timetable.js';

/** Timers are never exact. Were they, a beat would fall on the very moment at which a lease runs out. */
const PERIOD_MS = PULSE_MS + 3;
/** What the database has to do that does not come by itself, and when. */
const COMING = `
  SELECT min(at) AS at FROM (
     SELECT due_at AS at FROM slot WHERE state = 'due' AND source = ANY ($1)
      UNION ALL SELECT lease_until FROM slot WHERE state = 'leased'
      UNION ALL SELECT due_at FROM outbox WHERE state = 'pending'
      UNION ALL SELECT lease_until FROM outbox WHERE state = 'sending'
      UNION ALL SELECT greatest(lease_until, due_at) FROM judgement_due) AS coming`;

export interface Paced {
  readonly db: Database;
  readonly agenda: Agenda;
  readonly timetable: Timetable;
  readonly alive: readonly Replica[];
  /** One look of one process, until nothing goes on by itself any more. */
  readonly beat: (replica: Replica) => Promise<void>;
}

export class Pacemaker {
  private readonly beats = new Map<Replica, Entry>();
  private readonly waited = new Map<number, number>();

  constructor(private readonly site: Paced) {}

  /** Every ten seconds, as long as it lives. */
  beatAt(at: number, replica: Replica): void {
    const entry = this.site.agenda.add(at, () => this.beat(replica), true);
    this.beats.set(replica, entry);
  }

  /** Something has come that nobody foresaw: the next beat of everybody is one that matters. */
  hurry(): void {
    const { agenda } = this.site;
    for (const [replica, entry] of this.beats) {
      const ahead = entry.at - agenda.now;
      if (ahead <= PERIOD_MS) continue;
      agenda.cancel(entry);
      this.beatAt(agenda.now + (ahead % PERIOD_MS), replica);
    }
  }

  private async beat(replica: Replica): Promise<void> {
    if (replica.life.dead) return void this.beats.delete(replica);
    const began = this.site.agenda.now;
    await this.site.beat(replica);
    this.beatAt(began + (await this.idleBeats()) * PERIOD_MS, replica);
  }

  /** Beats until one that may find something to do: those in between, which change nothing, are left out. */
  private async idleBeats(): Promise<number> {
    const { agenda, timetable, alive } = this.site;
    const { now, nextAt } = agenda;
    const nextSlot = timetable.nextSlot(
      alive.map(({ config }) => config),
      now,
    );
    const next = Math.min(nextAt, nextSlot, await this.nextOfDatabase());
    return Math.min(Math.max(1, Math.floor((next - now) / PERIOD_MS)), HOUR / PERIOD_MS);
  }

  private async nextOfDatabase(): Promise<number> {
    const { db, alive, agenda } = this.site;
    const sources = new Set(alive.flatMap(({ config }) => [...config.sources.keys()]));
    const [row] = await db.query<{ at: Date | null }>(COMING, [[...sources]]);
    const at = row?.at?.getTime() ?? Infinity;
    // what nobody does although it is time need not be looked at for ever
    const waited = (this.waited.get(at) ?? 0) + 1;
    if (at <= agenda.now) this.waited.set(at, waited);
    return waited > 60 ? Infinity : at;
  }
}
