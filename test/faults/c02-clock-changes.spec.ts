/** C2: every local time of a schedule is one slot, whatever the clocks of its zone do. */
import { nextSlot } from '../../src/platform/slots.js';
import { clockOf, type MinuteClock, slotsBetween } from './support/minute-oracle.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { long, seed, times } from './support/tier.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At most a few a day: compared over the whole time. */
const SPARSE = [
  ...['0 3 * * *', '30 2 * * *', '0 0 * * *', '59 23 * * *', '15 1 * * *', '0 6,18 * * *', '45 1 * * 0'],
  ...['0 2 * * 1-5', '0 0 1 * *', '30 0 31 * *', '0 12 29 2 *', '0 5 13 * 5', '0 4 * 3,10,11 0'],
];
/** Compared around every change. */
const DENSE = [
  '* * * * *',
  '*/5 * * * *',
  '*/15 0-3 * * *',
  '0 * * * *',
  '30 */2 * * *',
  '7,37 22-23 * * *',
  '*/20 * * * 6,0',
];

const from = (year: number): number => Date.UTC(year, 0, 1);
const YEARS = { begin: from(2025), end: from(2028) };

/** What clocks have done that no rule foretold: a day left out, half hours, time zones that moved for good. */
const HISTORY: readonly (readonly [zone: string, around: string])[] = [
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Pacific/Fakaofo', '2011-12-30T10:00Z'],
  ['Asia/Pyongyang', '2015-08-14T15:00Z'],
  ['Asia/Pyongyang', '2018-05-04T15:00Z'],
  ['America/Caracas', '2016-05-01T07:00Z'],
  ['Europe/Istanbul', '2015-11-08T01:00Z'],
  ['Europe/Volgograd', '2020-12-27T00:00Z'],
  ['Europe/Moscow', '2014-10-25T22:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00Z'],
  ['Africa/Juba', '2021-01-31T21:00Z'],
  ['Pacific/Norfolk', '2015-10-03T15:00Z'],
];

const ALL = Intl.supportedValuesOf('timeZone');
/** One of each kind of change that the years hold. */
const KINDS = ['Europe/Berlin', 'Australia/Lord_Howe', 'Antarctica/Troll', 'Africa/Casablanca'];
const random = seeded(seed);
const zones = long ? ALL : [...KINDS, ...Array.from({ length: 2 }, () => random.pick(ALL) ?? 'UTC')];

describe(`clock changes (ROLEWATCH_SEED=${seed}, ${zones.length} of ${ALL.length} zones)`, () => {
  it.each(HISTORY)('in %s around %s', (zone, around) => {
    const at = Date.parse(around);
    const clock = clockOf(zone, at - 6 * DAY, at + 6 * DAY);
    expect(clock.changes.length).toBeGreaterThan(0);
    for (const expression of SPARSE) expectSlots(expression, clock, at - 4 * DAY, at + 4 * DAY);
    for (const change of clock.changes)
      for (const expression of DENSE) expectSlots(expression, clock, change - HOUR, change + 3 * HOUR);
  });

  /** By what they do: most zones share their rules with others. */
  const clocks = new Map<string, MinuteClock>();

  it.each(zones)('in %s over three years', (zone) => {
    const clock = clockOf(zone, YEARS.begin - 2 * DAY, YEARS.end + 2 * DAY);
    if (clocks.has(clock.signature)) return;
    clocks.set(clock.signature, clock);
    const changes = clock.changes.filter((at) => at > YEARS.begin && at < YEARS.end);
    for (const [begin, end] of long ? [[YEARS.begin, YEARS.end] as const] : changes.map(around))
      for (const expression of SPARSE) expectSlots(expression, clock, begin, end);
    for (const change of changes)
      for (const expression of DENSE) expectSlots(expression, clock, change - HOUR, change + 2 * HOUR);
  });

  it('whatever moment it is asked from', () => {
    for (let n = 0; n < times(100, 20_000); n++) {
      const clock = random.pick([...clocks.values()]) ?? clockOf('UTC', YEARS.begin, YEARS.end);
      const change = random.pick(clock.changes) ?? (clock.begin + clock.end) / 2;
      const after = change - 3 * HOUR + random.below(6 * HOUR);
      const expression = random.pick(DENSE) ?? '';
      const [first] = slotsBetween(expression, clock, after, after + 2 * DAY);
      const answered = nextSlot({ expression, timezone: clock.zone }, new Date(after));
      // weekends may be further away than was looked
      if (first === undefined) expect(answered?.getTime()).toBeGreaterThan(after + 2 * DAY);
      else
        expect([clock.zone, expression, after, answered?.getTime()]).toEqual([
          clock.zone,
          expression,
          after,
          first,
        ]);
    }
  });
});

const around = (change: number) => [change - 2 * DAY, change + 2 * DAY] as const;

/** One chain from the beginning to the end: none lost, none twice, always later. */
function expectSlots(expression: string, clock: MinuteClock, begin: number, end: number): void {
  const slots: number[] = [];
  let slot: Date | null = new Date(begin);
  while ((slot = nextSlot({ expression, timezone: clock.zone }, slot)) !== null && slot.getTime() <= end)
    slots.push(slot.getTime());
  const words = (instants: readonly number[]): string[] =>
    instants.map((at) => `${clock.zone} ${expression}: ${new Date(at).toISOString()}`);
  expect(words(slots)).toEqual(words(slotsBetween(expression, clock, begin, end)));
}
