import fc from 'fast-check';
import { beyond, headCount, type Holder, percentage, rowCount } from './head-count.js';

/** Some of twenty people; a unit has those below a place, a group whomever. */
const people = fc.uniqueArray(fc.nat(19), { maxLength: 8 });
const PLACES = ['dc=a', 'dc=a,ou=x', 'dc=a,ou=x,ou=z', 'dc=a,ou=y'];

interface World {
  readonly singles: readonly { readonly person: number; readonly through: readonly string[] }[];
  readonly groups: readonly { readonly members: readonly number[]; readonly told: boolean }[];
  readonly units: readonly { readonly place: string; readonly members: readonly number[] }[];
}

const world: fc.Arbitrary<World> = fc
  .record({
    places: fc.array(fc.constantFrom(...PLACES), { minLength: 20, maxLength: 20 }),
    singles: people,
    groups: fc.array(fc.record({ members: people, told: fc.boolean() }), { maxLength: 2 }),
    units: fc.subarray(PLACES),
  })
  .map(({ places, singles, groups, units }) => {
    const below = (place: string) =>
      places.flatMap((of, person) => (of === place || of.startsWith(`${place},`) ? [person] : []));
    const members = units.map((place) => ({ place, members: below(place) }));
    return {
      singles: singles.map((person) => ({
        person,
        through: members.filter((unit) => unit.members.includes(person)).map(({ place }) => place),
      })),
      groups,
      units: members,
    };
  });

function holdersOf({ singles, groups, units }: World, placed: boolean): Holder[] {
  const none = new Set<string>();
  return [
    ...singles.map(({ person, through }) => ({
      id: `p${person}`,
      members: null,
      place: null,
      through: new Set(through),
    })),
    ...groups.map(({ members, told }, i) => ({
      id: `g${i}`,
      members: { count: told ? members.length : null, known: false },
      place: null,
      through: none,
    })),
    ...units.map(({ place, members }) => ({
      id: place,
      members: { count: members.length, known: true },
      place: placed ? place : null,
      through: none,
    })),
  ];
}

const truth = ({ singles, groups, units }: World): number =>
  new Set([
    ...singles.map(({ person }) => person),
    ...[...groups, ...units].flatMap(({ members }) => members),
  ]).size;

describe('laws of counting heads', () => {
  it('the true number is never below the least and never above the most', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (some, placed) => {
        const { least, most } = headCount(holdersOf(some, placed));
        expect(least).toBeLessThanOrEqual(truth(some));
        expect(most).toBeGreaterThanOrEqual(truth(some));
      }),
    );
  });

  it('without groups, and with places, the count is exact', () => {
    fc.assert(
      fc.property(world, (some) => {
        const known = { ...some, groups: [] };
        const exactly = truth(known);
        expect(headCount(holdersOf(known, true))).toEqual({ least: exactly, most: exactly });
      }),
    );
  });

  it('the order of holders says nothing, and rows are rows', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (some, placed) => {
        const holders = holdersOf(some, placed);
        expect(headCount([...holders].reverse())).toEqual(headCount(holders));
        expect(rowCount(holders)).toEqual({ least: holders.length, most: holders.length });
      }),
    );
  });

  it('one holder more never makes fewer', () => {
    fc.assert(
      fc.property(world, fc.nat(100), (some, id) => {
        const holders = holdersOf(some, true);
        const more: Holder = { id: `new ${id}`, members: null, place: null, through: new Set() };
        const [before, after] = [headCount(holders), headCount([...holders, more])];
        expect(after.least).toBeGreaterThanOrEqual(before.least);
        expect(after.most).toBe(before.most + 1);
      }),
    );
  });

  const range = fc
    .tuple(fc.nat(20), fc.nat(20), fc.boolean())
    .map(([a, b, open]) => ({ least: Math.min(a, b), most: open ? Infinity : Math.max(a, b) }));
  const within = ({ least, most }: { least: number; most: number }, part: number): number =>
    Math.round(least + (Math.min(most, least + 20) - least) * part);
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('the true percentage lies between the least and the most', () => {
    fc.assert(
      fc.property(range, range, share, share, (some, all, p, q) => {
        const [part, whole] = [within(some, p), within(all, q)];
        if (part > whole || whole === 0) return;
        const { least, most } = percentage(some, all);
        expect(least).toBeLessThanOrEqual((100 * part) / whole);
        expect(most).toBeGreaterThanOrEqual((100 * part) / whole);
        expect(least).toBeGreaterThanOrEqual(0);
        expect(most).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('beyond a bound is said only where every possible number is, or none', () => {
    fc.assert(
      fc.property(
        range,
        share,
        fc.nat(25),
        fc.constantFrom('above' as const, 'below' as const),
        (some, p, bound, side) => {
          const is = (n: number): boolean => (side === 'above' ? n > bound : n < bound);
          const ends = [is(some.least), is(some.most)];
          const said = beyond(some, bound, side);
          expect(said).toBe(ends[0] === ends[1] ? ends[0] : undefined);
          if (said !== undefined) expect(is(within(some, p))).toBe(said);
        },
      ),
    );
  });
});
