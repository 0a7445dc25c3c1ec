/**
 * Slots by brute force: every minute of a zone is asked of the calendar, and every local minute is matched against the
 * expression. Knows nothing of how the product finds them.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 6 * HOUR;

export interface MinuteClock {
  readonly zone: string;
  readonly begin: number;
  readonly end: number;
  /** The first instants of another offset. */
  readonly changes: readonly number[];
  /** Equal where two zones do the same all the time. */
  readonly signature: string;
  /** By local minute since `firstWall`: the first instant that has it; else NaN. */
  readonly instants: Float64Array;
  readonly firstWall: number;
}

export function clockOf(zone: string, begin: number, end: number): MinuteClock {
  const offsets = offsetSteps(zone, begin, end);
  const firstWall = begin - 15 * HOUR;
  const instants = new Float64Array((end - begin + 30 * HOUR) / MINUTE).fill(Number.NaN);
  let step = 0;
  for (let t = begin; t < end; t += MINUTE) {
    while (step + 1 < offsets.length && (offsets[step + 1]?.from ?? Infinity) <= t) step++;
    const at = (t + (offsets[step]?.offset ?? 0) - firstWall) / MINUTE;
    if (Number.isNaN(instants[at])) instants[at] = t;
  }
  const changes = offsets.slice(1).map((one) => one.from);
  return { zone, begin, end, changes, signature: JSON.stringify(offsets), instants, firstWall };
}

/** Asks every six hours, and every minute of those in which something changed. */
function offsetSteps(zone: string, begin: number, end: number): { from: number; offset: number }[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  });
  const offset = (t: number): number => {
    // 31/12/2026, 23:59
    const [day = 0, month = 1, year = 0, hour = 0, minute = 0] = (format.format(t).match(/\d+/g) ?? []).map(
      Number,
    );
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(t / MINUTE) * MINUTE;
  };
  const steps = [{ from: begin, offset: offset(begin) }];
  for (let t = begin; t < end; t += STEP) {
    if (offset(t + STEP) === steps.at(-1)?.offset) continue;
    for (let m = t; m <= t + STEP; m += MINUTE)
      if (offset(m) !== steps.at(-1)?.offset) steps.push({ from: m, offset: offset(m) });
  }
  return steps;
}

/** In (begin, end], ascending. */
export function slotsBetween(expression: string, clock: MinuteClock, begin: number, end: number): number[] {
  const matches = matcher(expression);
  const slots = new Set<number>();
  const wallOf = (t: number): number => Math.floor((t - clock.firstWall) / MINUTE);
  let last = Number.NaN;
  // local times that any zone may call so, around the time that is asked for
  const [low, high] = [wallOf(begin - 40 * HOUR), wallOf(end + 40 * HOUR)];
  for (let wall = Math.max(0, low); wall < Math.min(high, clock.instants.length); wall++) {
    const first = clock.instants[wall] ?? Number.NaN;
    // a local time that was jumped over: as the clock before the jump would have told it
    const instant = Number.isNaN(first) ? last + MINUTE : first;
    last = instant;
    if (instant > begin && instant <= end && matches(clock.firstWall + wall * MINUTE)) slots.add(instant);
  }
  return [...slots].sort((a, b) => a - b);
}

/** minute hour day month weekday; a day matches by date or by weekday where both are given. */
function matcher(expression: string): (wall: number) => boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
  const [minutes, hours, days] = [valuesOf(minute, 0, 59), valuesOf(hour, 0, 23), valuesOf(day, 1, 31)];
  const [months, weekdays] = [valuesOf(month, 1, 12), valuesOf(weekday, 0, 6)];
  const either = day !== '*' && weekday !== '*';
  return (wall) => {
    if (!minutes.has((wall / MINUTE) % 60) || !hours.has(((wall / HOUR) % 24) | 0)) return false;
    const date = new Date(wall);
    const [byDate, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    return months.has(date.getUTCMonth() + 1) && (either ? byDate || byWeekday : byDate && byWeekday);
  };
}

function valuesOf(field: string, least: number, most: number): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', every = '1'] = part.split('/');
    const [low, high] = range === '*' ? [least, most] : range.split('-').map(Number);
    for (let value = low ?? 0; value <= (high ?? low ?? 0); value += Number(every)) values.add(value);
  }
  return values;
}
