import fc from 'fast-check';
import { beyond, headCount, type Holder, percentage, shown } from './head-count.js';

const person = (id: string, ...through: string[]): Holder => ({
  id,
  members: null,
  place: null,
  through: new Set(through),
});
const group = (id: string, count: number | null): Holder => ({
  id,
  members: { count, known: false },
  place: null,
  through: new Set(),
});
const unit = (id: string, count: number | null, place: string | null): Holder => ({
  id,
  members: { count, known: true },
  place,
  through: new Set(),
});

describe('how many people hold something', () => {
  it.each<[string, Holder[], number, number]>([
    ['people', [person('1'), person('2')], 2, 2],
    ['a group beside people who may be its members', [person('1'), person('2'), group('g', 3)], 3, 5],
    ['a group of unknown size', [person('1'), group('g', null)], 1, Infinity],
    ['two groups that may be the same people', [group('g', 3), group('h', 4)], 4, 7],
    ['a unit and people beside it', [person('1'), unit('u', 4, 'dc=a,ou=x')], 5, 5],
    ['a unit and a person of it', [person('1', 'u'), unit('u', 4, 'dc=a,ou=x')], 4, 4],
    ['units side by side', [unit('u', 4, 'dc=a,ou=x'), unit('v', 3, 'dc=a,ou=y')], 7, 7],
    ['a unit within another', [unit('u', 4, 'dc=a'), unit('v', 3, 'dc=a,ou=y')], 4, 4],
    ['units of which it is not known', [unit('u', 4, null), unit('v', 3, 'dc=a,ou=y')], 4, 7],
    [
      'a unit of unknown size, beside people who may be of it',
      [person('1'), unit('u', null, 'dc=a')],
      1,
      Infinity,
    ],
    [
      'a unit of unknown size above another',
      [unit('u', null, 'dc=a'), unit('v', 3, 'dc=a,ou=y')],
      3,
      Infinity,
    ],
    ['nobody', [], 0, 0],
  ])('%s', (_, holders, least, most) => {
    expect(headCount(holders)).toEqual({ least, most });
  });

  it('never says less at most than at least', () => {
    const holder = fc.oneof(
      fc.nat(50).map((n) => person(`p${n}`)),
      fc.option(fc.nat(50)).map((n) => group('g', n)),
      fc.nat(50).map((n) => unit(`u${n}`, n, n % 2 === 0 ? `dc=a,ou=${n}` : null)),
    );
    fc.assert(
      fc.property(fc.array(holder), (holders) => {
        const { least, most } = headCount(holders);
        expect(least).toBeLessThanOrEqual(most);
      }),
    );
  });
});

it('a percentage of what is not known is from the least of the most to the most of the least', () => {
  expect(percentage({ least: 2, most: 4 }, { least: 5, most: 10 })).toEqual({ least: 20, most: 80 });
  expect(percentage({ least: 0, most: 0 }, { least: 0, most: 0 })).toEqual({ least: 0, most: 0 });
  expect(percentage({ least: 1, most: Infinity }, { least: 4, most: Infinity })).toEqual({
    least: 0,
    most: 100,
  });
});

it('a range is beyond a bound, within it, or perhaps beyond', () => {
  expect(beyond({ least: 4, most: 9 }, 3, 'above')).toBe(true);
  expect(beyond({ least: 3, most: 9 }, 3, 'above')).toBeUndefined();
  expect(beyond({ least: 1, most: 3 }, 3, 'above')).toBe(false);
  expect(beyond({ least: 0, most: 0 }, 1, 'below')).toBe(true);
  expect(beyond({ least: 0, most: 5 }, 1, 'below')).toBeUndefined();
  expect(beyond({ least: 1, most: 5 }, 1, 'below')).toBe(false);
});

it('a range is shown as what is known of it', () => {
  const said = (least: number, most: number): string => shown({ least, most });
  expect([said(4, 4), said(4, 9), said(4, Infinity)]).toEqual(['4', '4 to 9', 'at least 4']);
  expect([said(200 / 3, 200 / 3), said(0, 100 / 3)]).toEqual(['66.7', '0 to 33.3']);
});
