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
  const cron = parse(schedule);
  // In the second pass of a repeated hour croner answers with the first pass, which lies in the past:
  // walk on along its own sequence, which always rises.
  let next = cron.nextRun(beforeJump(schedule.timezone, after));
  while (next !== null && next <= after) next = cron.nextRun(next);
  return next;
}

/** Longer than clocks ever jumped: Samoa left out a whole day. */
const LONGEST_JUMP_MS = 25 * 3_600_000;

/**
 * After a jump forward, for as long as the clocks jumped, croner does not know the slots that were moved there: it has
 * to be asked from before the jump.
 */
function beforeJump(timezone: string, instant: Date): Date {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  const at = instant.getTime();
  const jump = offsetAt(format, at) - offsetAt(format, at - LONGEST_JUMP_MS);
  return new Date(at - Math.max(0, jump));
}

/** By how many milliseconds the clocks of a zone are ahead of UTC. */
function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  // Stryker disable next-line all: some versions write UTC without digits, others do not
  const [, sign, hours = 0, minutes = 0] = /([+-])(\d\d):(\d\d)/.exec(format.format(instant)) ?? [];
  return (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
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
  const cron = parse(schedule);
  // Stryker disable next-line ArithmeticOperator: how far it looks back first changes only how long it takes
  for (let span = limit * 1000; ; span *= 2) {
    const start = new Date(Math.max(after.getTime(), until.getTime() - span));
    const slots = walk(cron, schedule, start, until);
    if (slots.length > limit) return { slots: slots.slice(-limit), cut: true };
    if (start.getTime() <= after.getTime()) return { slots, cut: false };
  }
}

function walk(cron: Cron, schedule: Schedule, after: Date, until: Date): Date[] {
  const slots: Date[] = [];
  for (let slot = nextSlot(schedule, after); slot !== null && slot <= until; slot = cron.nextRun(slot))
    slots.push(slot);
  return slots;
}

function parse(schedule: Schedule): Cron {
  return new Cron(schedule.expression, { timezone: schedule.timezone });
}
