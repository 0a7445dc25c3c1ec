import { Cron } from 'croner';

/** When a source is due, as configured. */
export interface Schedule {
  /** A cron expression: minute hour day month weekday. */
  readonly expression: string;
  /** IANA name of the zone the expression is read in. */
  readonly timezone: string;
}

/**
 * The first slot strictly after an instant, or null if the expression never matches again.
 *
 * Clock changes: each local time is one slot. A local time that comes twice is a slot once (so an hourly schedule
 * pauses for the repeated hour), and one that is skipped becomes a slot as much later as the clock jumped, unless
 * that instant is a slot already.
 */
export function nextSlot(schedule: Schedule, after: Date): Date | null {
  const offsets = offsetsOf(schedule.timezone);
  const local = localTimes(schedule);
  const asked = after.getTime();
  let next: number | null = null;
  let time = local.nextRun(before(offsets, asked));
  while (time !== null) {
    const { instant, skipped } = placed(offsets, time.getTime());
    if (instant > asked && (next === null || instant < next)) next = instant;
    if (next !== null && skipped === null) break;
    // other skipped times become later slots than this one; those that exist after the jump may come before it
    time = local.nextRun(
      skipped === null ? time : new Date(Math.max(skipped.until, asked + skipped.offset) - 1),
    );
  }
  return next === null ? null : new Date(next);
}

/** By how many milliseconds the clocks of a zone are ahead of UTC at an instant. */
type Offsets = (instant: number) => number;

const HOUR_MS = 3_600_000;
/** Longer than clocks ever jumped: Samoa left out a whole day. */
const LONGEST_JUMP_MS = 25 * HOUR_MS;

/** A local time, written as if it were UTC, that no local time of a slot after the instant comes before. */
function before(offsets: Offsets, instant: number): Date {
  return new Date(instant + Math.min(offsets(instant), offsets(instant - LONGEST_JUMP_MS)));
}

interface Placed {
  readonly instant: number;
  /** Set where the clocks jumped over the local time: the first one after the jump, and the offset it has. */
  readonly skipped: { readonly until: number; readonly offset: number } | null;
}

/** When a local time, written as if it were UTC, is: its first time, or as much later as the clocks jumped over it. */
function placed(offsets: Offsets, local: number): Placed {
  // clocks are at most 14 hours ahead of UTC, and at most 12 behind
  const [early, late] = [local - 15 * HOUR_MS, local + 13 * HOUR_MS];
  const [old, offset] = [offsets(early), offsets(late)];
  const first = local - old;
  if (old === offset) return { instant: first, skipped: null };
  const change = changeBetween(offsets, early, late);
  if (first < change) return { instant: first, skipped: null };
  if (local - offset >= change) return { instant: local - offset, skipped: null };
  return { instant: first, skipped: { until: change + offset, offset } };
}

/** The first instant with the later of two offsets. */
function changeBetween(offsets: Offsets, early: number, late: number): number {
  const old = offsets(early);
  let [same, other] = [early, late];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsets(middle) === old) same = middle;
    else other = middle;
  }
  return other;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetsOf(timezone: string): Offsets {
  // dear to make, and there are few
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  formats.set(timezone, format);
  return (instant) => {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(format.format(instant)) ?? [
      '',
      '+',
      '0',
      '0',
    ];
    return (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
  };
}

const expressions = new Map<string, Cron>();

/**
 * The expression's local times, written as if they were UTC. What the clocks of a zone do is not left to croner: that
 * each local time is one slot, wherever one asks from, is for `nextSlot` to see to.
 */
function localTimes({ expression }: Schedule): Cron {
  const local = expressions.get(expression) ?? new Cron(expression, { utcOffset: 0, paused: true });
  expressions.set(expression, local);
  return local;
}

/** Whether an instant is a slot of the schedule. */
export function isSlot(schedule: Schedule, instant: Date): boolean {
  return nextSlot(schedule, new Date(instant.getTime() - 1))?.getTime() === instant.getTime();
}

export interface PassedSlots {
  /** Oldest first. */
  readonly slots: readonly Date[];
  /** More slots lie before the first of `slots`; they are not listed. */
  readonly cut: boolean;
}

/**
 * The newest slots in (after, until], at most `limit`. However long the gap, the work is bounded by `limit`:
 * it looks back from `until` in growing steps and never walks the whole gap.
 */
export function slotsPassed(schedule: Schedule, after: Date, until: Date, limit: number): PassedSlots {
  // Stryker disable next-line ArithmeticOperator: how far it looks back first changes only how long it takes
  for (let span = limit * 1000; ; span *= 2) {
    const start = new Date(Math.max(after.getTime(), until.getTime() - span));
    const slots = walk(schedule, start, until);
    if (slots.length > limit) return { slots: slots.slice(-limit), cut: true };
    if (start.getTime() <= after.getTime()) return { slots, cut: false };
  }
}

function walk(schedule: Schedule, after: Date, until: Date): Date[] {
  const slots: Date[] = [];
  for (let slot = nextSlot(schedule, after); slot !== null && slot <= until; slot = nextSlot(schedule, slot))
    slots.push(slot);
  return slots;
}
