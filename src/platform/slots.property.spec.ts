import fc from 'fast-check';
import { isSlot, nextSlot, type Schedule, slotsPassed } from './slots.js';

const MINUTE = 60_000;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
const every = (...values: readonly string[]) => fc.constantFrom(...values);
const schedules: fc.Arbitrary<Schedule> = fc.record({
  expression: fc
    .tuple(
      every('*', '*/7', '0', '30', '5,55'),
      every('*', '2', '*/5', '1-3'),
      every('*', '*', '29'),
      every('*', '0'),
    )
    .map(([minute, hour, day, weekday]) => `${minute} ${hour} ${day} * ${weekday}`),
  timezone: every(...ZONES),
});
/** Around both changes of the clocks, and anywhere in the year; with seconds and thousandths. */
const instants = fc
  .oneof(
    ...[
      Date.UTC(2026, 2, 8, 7),
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
      Date.UTC(2026, 10, 1, 6),
    ].map((change) => fc.integer({ min: change - 300 * MINUTE, max: change + 300 * MINUTE })),
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) }),
  )
  .map((at) => new Date(at));

function chain(schedule: Schedule, after: Date, count: number): Date[] {
  const slots: Date[] = [];
  for (let slot: Date | null = after; slots.length < count; slots.push(slot)) {
    slot = nextSlot(schedule, slot);
    if (slot === null) break;
  }
  return slots;
}

/** Minute and hour on the clock of a zone. */
function wallOf(instant: Date, timeZone: string): [minute: number, hour: number] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [hour = 0, minute = 0] = format.format(instant).split(':').map(Number);
  return [minute, hour];
}

describe('laws of slots', () => {
  it('slots rise strictly: none comes twice, none lies in the past', () => {
    fc.assert(
      fc.property(schedules, instants, (schedule, start) => {
        let last = start.getTime();
        for (const slot of chain(schedule, start, 12)) {
          expect(slot.getTime()).toBeGreaterThan(last);
          last = slot.getTime();
        }
      }),
      { numRuns: 30 },
    );
  });

  it('the next slot is a function of the slot before it, wherever between the two one asks', () => {
    fc.assert(
      fc.property(
        schedules,
        instants,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (schedule, start, part) => {
          const [first, second] = chain(schedule, start, 2);
          if (first === undefined || second === undefined) return;
          const between = new Date(first.getTime() + Math.floor(part * (second.getTime() - first.getTime())));
          expect(nextSlot(schedule, between)).toEqual(second);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('an instant is a slot if and only if the walk comes by it', () => {
    fc.assert(
      fc.property(schedules, instants, fc.integer({ min: 0, max: 90 }), (schedule, start, minutes) => {
        const from = new Date(Math.floor(start.getTime() / MINUTE) * MINUTE);
        const asked = new Date(from.getTime() + minutes * MINUTE);
        const slots = slotsPassed(schedule, new Date(from.getTime() - 1), asked, 200).slots;
        expect(isSlot(schedule, asked)).toBe(slots.some((slot) => slot.getTime() === asked.getTime()));
        expect(isSlot(schedule, new Date(asked.getTime() + 1))).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('each slot shows the expression on the clock of its zone, but where the clocks jumped over it', () => {
    fc.assert(
      fc.property(every(...ZONES), fc.nat(59), fc.nat(23), instants, (timezone, minute, hour, start) => {
        const slots = chain({ expression: `${minute} ${hour} * * *`, timezone }, start, 4);
        const shown = slots.map((slot) => wallOf(slot, timezone).join(' '));
        expect(shown.filter((wall) => wall === `${minute} ${hour}`).length).toBeGreaterThanOrEqual(3);
        // a day of 23, 24 or 25 hours: no local day is left out, none has two
        slots.slice(1).forEach((slot, i) => {
          const hours = (slot.getTime() - slots[i]!.getTime()) / (60 * MINUTE);
          expect(hours).toBeGreaterThanOrEqual(23);
          expect(hours).toBeLessThanOrEqual(25);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('the slots of a gap are those one would have met by waiting, cut from the oldest', () => {
    fc.assert(
      fc.property(
        schedules,
        instants,
        fc.integer({ min: 1, max: 12 }),
        fc.nat(15),
        (schedule, start, limit, count) => {
          const waited = chain(schedule, start, count);
          const until = waited.at(-1) ?? start;
          expect(slotsPassed(schedule, start, until, limit)).toEqual({
            slots: waited.slice(-limit),
            cut: waited.length > limit,
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('a gap in two parts has the slots of both', () => {
    fc.assert(
      fc.property(schedules, instants, fc.nat(400), fc.nat(400), (schedule, start, one, other) => {
        const middle = new Date(start.getTime() + one * MINUTE);
        const end = new Date(middle.getTime() + other * MINUTE);
        const slots = (from: Date, to: Date): readonly Date[] => slotsPassed(schedule, from, to, 1_000).slots;
        expect([...slots(start, middle), ...slots(middle, end)]).toEqual(slots(start, end));
      }),
      { numRuns: 12 },
    );
  });

  it('after a jump forward the slots that it moved are still to come', () => {
    const newYork: Schedule = { expression: '30 2 * * *', timezone: 'America/New_York' };
    // 02:30 does not exist on this day: 03:30 by the clock after the jump
    const moved = new Date('2026-03-08T07:30:00Z');
    for (const asked of ['06:59', '07:00', '07:29']) {
      expect(nextSlot(newYork, new Date(`2026-03-08T${asked}:00Z`))).toEqual(moved);
    }
    expect(nextSlot(newYork, moved)).toEqual(new Date('2026-03-09T06:30:00Z'));
  });

  it('a schedule that never comes has no slot, and no gap has any of it', () => {
    const never: Schedule = { expression: '0 0 30 2 *', timezone: 'UTC' };
    const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-06-01T00:00:00Z')];
    expect(isSlot(never, to)).toBe(false);
    expect(slotsPassed(never, from, to, 3)).toEqual({ slots: [], cut: false });
  });
});
