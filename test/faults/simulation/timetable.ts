/** Every slot of every schedule that the site ever has, by the oracle that goes by the minute. */
import type { Schedule } from '../../../src/platform/slots.js';
import { clockOf, type MinuteClock, slotsBetween } from '../support/minute-oracle.js';
import type { SiteConfig } from './replica.js';

const clocks = new Map<string, MinuteClock>();

export class Timetable {
  private readonly slots = new Map<string, readonly number[]>();

  constructor(
    readonly beginning: ReadonlyMap<string, Schedule>,
    private readonly from: number,
    private readonly until: number,
  ) {}

  /** In (from, until], ascending. */
  between(schedule: Schedule, from: number, until: number): number[] {
    return this.all(schedule).filter((slot) => slot > from && slot <= until);
  }

  has(schedule: Schedule, slot: number): boolean {
    return this.all(schedule).includes(slot);
  }

  /** The first slot of anybody after a moment. */
  nextSlot(configs: readonly SiteConfig[], after: number): number {
    const schedules = new Set(configs.flatMap(({ sources }) => [...sources.values()]));
    return Math.min(
      ...[...schedules].map((schedule) => this.all(schedule).find((slot) => slot > after) ?? Infinity),
    );
  }

  private all(schedule: Schedule): readonly number[] {
    const key = JSON.stringify(schedule);
    const slots =
      this.slots.get(key) ??
      slotsBetween(schedule.expression, this.clock(schedule.timezone), this.from, this.until);
    this.slots.set(key, slots);
    return slots;
  }

  private clock(zone: string): MinuteClock {
    const margin = 3 * 86_400_000;
    const key = `${zone} ${this.from}`;
    const clock = clocks.get(key) ?? clockOf(zone, this.from - margin, this.until + margin);
    clocks.set(key, clock);
    return clock;
  }
}
