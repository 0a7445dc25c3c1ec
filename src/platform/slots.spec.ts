import { isSlot, nextSlot, type Schedule, slotsPassed } from './slots.js';

const berlin = (expression: string): Schedule => ({ expression, timezone: 'Europe/Berlin' });
const at = (iso: string): Date => new Date(iso);

function following(schedule: Schedule, after: string, count: number): string[] {
  const slots: string[] = [];
  let slot: Date | null = at(after);
  while (slots.length < count && (slot = nextSlot(schedule, slot)) !== null) slots.push(slot.toISOString());
  return slots;
}

const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The local time of an instant, written as if it were UTC. */
function wallOf(instant: number, timezone: string): number {
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
  formats.set(timezone, format);
  const part = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(Number(part['year']), Number(part['month']) - 1, part['day'], part['hour'], part['minute']);
}

interface Oracle {
  /** Instants that must be slots. */
  readonly certain: Set<number>;
  /** Pairs of instants with one local time: exactly one of each is a slot. */
  readonly twice: [number, number][];
}

/** Walks every minute of the period and asks only the calendar; knows nothing of cron beyond `matches`. */
function oracle(matches: (wall: Date) => boolean, timezone: string, from: number, to: number): Oracle {
  const instantsOf = new Map<number, number[]>();
  for (let t = from - 180 * MINUTE; t <= to + 180 * MINUTE; t += MINUTE) {
    const wall = wallOf(t, timezone);
    instantsOf.set(wall, [...(instantsOf.get(wall) ?? []), t]);
  }
  const certain = new Set<number>();
  const twice: [number, number][] = [];
  let jumpedFrom = 0;
  for (let wall = wallOf(from, timezone); wall <= wallOf(to, timezone); wall += MINUTE) {
    const [first, second] = instantsOf.get(wall) ?? [];
    if (first !== undefined) jumpedFrom = wall - first;
    if (!matches(new Date(wall))) continue;
    // a skipped local time: as the clock before the jump would have said it
    if (first === undefined) certain.add(wall - jumpedFrom);
    else if (second === undefined) certain.add(first);
    else twice.push([first, second]);
  }
  return { certain, twice };
}

const EXPRESSIONS: Record<string, (wall: Date) => boolean> = {
  '0 3 * * *': (w) => w.getUTCHours() === 3 && w.getUTCMinutes() === 0,
  '30 2 * * *': (w) => w.getUTCHours() === 2 && w.getUTCMinutes() === 30,
  '0 * * * *': (w) => w.getUTCMinutes() === 0,
  '*/15 0-3 * * *': (w) => w.getUTCHours() <= 3 && w.getUTCMinutes() % 15 === 0,
  // where clocks jump by half an hour, a skipped time comes after one that is there
  '*/20 2 * * *': (w) => w.getUTCHours() === 2 && w.getUTCMinutes() % 20 === 0,
  '45 1 * * 0': (w) => w.getUTCDay() === 0 && w.getUTCHours() === 1 && w.getUTCMinutes() === 45,
};

/** Around clock changes of 2026, more than a day each. */
const CHANGES: [timezone: string, around: string][] = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['America/St_Johns', '2026-11-01T04:30Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['America/Havana', '2026-03-08T05:00Z'],
  ['Asia/Kathmandu', '2026-03-29T01:00Z'],
];

/** Jumps forward: by an hour, half an hour, at midnight, by two hours, after Ramadan, by a whole day. */
const JUMPS: typeof CHANGES = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['America/Havana', '2026-03-08T05:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00Z'],
  ['Africa/Casablanca', '2026-03-22T02:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
];

describe('nextSlot at clock changes', () => {
  it.each(CHANGES)('agrees with a walk over every minute in %s around %s', (timezone, around) => {
    const from = at(around).getTime() - 15 * 60 * MINUTE;
    const to = at(around).getTime() + 15 * 60 * MINUTE;
    for (const [expression, matches] of Object.entries(EXPRESSIONS)) {
      const slots = new Set<number>();
      for (let t = nextSlot({ expression, timezone }, new Date(from)); t !== null && t.getTime() <= to;) {
        expect(slots.has(t.getTime())).toBe(false);
        slots.add(t.getTime());
        t = nextSlot({ expression, timezone }, t);
      }
      const { certain, twice } = oracle(matches, timezone, from + MINUTE, to);
      for (const [first, second] of twice) {
        expect([slots.delete(first), slots.delete(second)].sort()).toEqual([false, true]);
      }
      expect([...slots].map((t) => new Date(t).toISOString())).toEqual(
        [...certain].sort((a, b) => a - b).map((t) => new Date(t).toISOString()),
      );
    }
  });

  it.each(JUMPS)('answers the same wherever it is asked from, in %s around %s', (timezone, around) => {
    const from = at(around).getTime() - 100 * MINUTE;
    for (const expression of Object.keys(EXPRESSIONS)) {
      const schedule = { expression, timezone };
      const slots = following(schedule, new Date(from).toISOString(), 20);
      expect(slots.filter((slot) => !isSlot(schedule, at(slot)))).toEqual([]);
      for (let t = from; t < from + 200 * MINUTE; t += 17 * MINUTE + 1)
        expect(nextSlot(schedule, new Date(t))?.toISOString()).toBe(
          slots.find((slot) => at(slot).getTime() > t),
        );
    }
  });

  it('fires once on the night that has 03:00 after a repeated hour', () => {
    expect(following(berlin('0 3 * * *'), '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T02:00:00.000Z',
      '2026-10-26T02:00:00.000Z',
    ]);
  });

  it.each(['30 2 * * *', '*/5 * * * *', '0 3 * * *'])(
    'never answers with the past, whenever it is asked (%s)',
    (expression) => {
      const schedule = berlin(expression);
      const start = at('2026-10-24T23:00:00Z').getTime();
      const chain = following(schedule, '2026-10-24T22:59:59Z', 120);
      for (let t = start; t < start + 300 * MINUTE; t += 7 * MINUTE + 1) {
        expect(nextSlot(schedule, new Date(t))?.toISOString()).toBe(
          chain.find((slot) => at(slot).getTime() > t),
        );
      }
    },
  );
});

describe('nextSlot', () => {
  it('is strictly after the instant it is given', () => {
    expect(nextSlot(berlin('0 12 * * *'), at('2026-06-01T10:00:00Z'))).toEqual(at('2026-06-02T10:00:00Z'));
    expect(nextSlot(berlin('0 12 * * *'), at('2026-06-01T09:59:59.999Z'))).toEqual(
      at('2026-06-01T10:00:00Z'),
    );
  });

  it('is null where nothing ever matches', () => {
    expect(nextSlot(berlin('0 0 30 2 *'), at('2026-06-01T10:00:00Z'))).toBeNull();
  });

  it('does not depend on the zone of the process', () => {
    expect(
      following({ expression: '0 0 * * *', timezone: 'Asia/Kathmandu' }, '2026-06-01T00:00:00Z', 1),
    ).toEqual(['2026-06-01T18:15:00.000Z']);
  });
});

describe('isSlot', () => {
  it('knows a slot from its neighbours', () => {
    expect(isSlot(berlin('0 12 * * *'), at('2026-06-01T10:00:00Z'))).toBe(true);
    expect(isSlot(berlin('0 12 * * *'), at('2026-06-01T10:01:00Z'))).toBe(false);
    expect(isSlot(berlin('0 12 * * *'), at('2026-06-01T10:00:00.001Z'))).toBe(false);
  });
});

describe('slotsPassed', () => {
  const hourly = berlin('0 * * * *');

  it('leaves out the slot it starts from and includes the one it ends at', () => {
    const passed = slotsPassed(hourly, at('2026-06-01T10:00:00Z'), at('2026-06-01T12:00:00Z'), 10);
    expect(passed).toEqual({ slots: [at('2026-06-01T11:00:00Z'), at('2026-06-01T12:00:00Z')], cut: false });
  });

  it('says so when exactly as many, and when more slots passed than it may list', () => {
    const until = at('2026-06-01T14:30:00Z');
    expect(slotsPassed(hourly, at('2026-06-01T11:00:00Z'), until, 3).cut).toBe(false);
    expect(slotsPassed(hourly, at('2026-06-01T10:00:00Z'), until, 3)).toEqual({
      slots: [at('2026-06-01T12:00:00Z'), at('2026-06-01T13:00:00Z'), at('2026-06-01T14:00:00Z')],
      cut: true,
    });
  });

  it('finds the newest slots of a rare schedule however far back they lie', () => {
    const yearly = slotsPassed(
      berlin('0 0 1 1 *'),
      at('2001-06-01T00:00:00Z'),
      at('2026-06-01T00:00:00Z'),
      2,
    );
    expect(yearly).toEqual({ slots: [at('2024-12-31T23:00:00Z'), at('2025-12-31T23:00:00Z')], cut: true });
  });

  it('does not walk the whole of a long gap', () => {
    // 19 million minutes, two hours of work
    const passed = slotsPassed(
      berlin('* * * * *'),
      at('1990-01-01T00:00:00Z'),
      at('2026-06-01T00:00:00Z'),
      20,
    );
    expect(passed.slots).toHaveLength(20);
    expect(passed.cut).toBe(true);
  });
});
