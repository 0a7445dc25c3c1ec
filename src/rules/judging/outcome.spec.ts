import fc from 'fast-check';
import { allOf, anyOf, hit, listed, MISS, noted, type Outcome } from './outcome.js';

const outcomes: fc.Arbitrary<Outcome[]> = fc.array(
  fc.oneof(
    fc.constant(MISS),
    fc.constantFrom('x', 'y').map((why): Outcome => ({ is: 'unknown', why })),
    fc.constantFrom('a', 'b', 'c').map((name) => hit([noted(name)], `holds ${name}`)),
  ),
  { minLength: 1, maxLength: 4 },
);
const has = (all: readonly Outcome[], is: Outcome['is']): boolean => all.some((one) => one.is === is);
const toldOf = (outcome: Outcome): string[] =>
  outcome.is === 'hit' ? outcome.reasons.map(({ matched }) => matched) : [];
const unknowns = (all: readonly Outcome[]) => all.filter(({ is }) => is === 'unknown');

describe('laws of putting together what matchers say', () => {
  it('of several that must all be so, one that is not decides, and then what is not known', () => {
    fc.assert(
      fc.property(outcomes, (all) => {
        const together = allOf(all);
        expect(together.is).toBe(has(all, 'miss') ? 'miss' : has(all, 'unknown') ? 'unknown' : 'hit');
        if (together.is === 'unknown') expect(together).toBe(unknowns(all)[0]);
        if (together.is === 'hit') expect(toldOf(together)).toEqual(all.flatMap(toldOf));
      }),
    );
  });

  it('of several of which one is enough, one that is so decides, and then what is not known', () => {
    fc.assert(
      fc.property(outcomes, (all) => {
        const together = anyOf(all);
        expect(together.is).toBe(has(all, 'hit') ? 'hit' : has(all, 'unknown') ? 'unknown' : 'miss');
        if (together.is === 'unknown') expect(together).toBe(unknowns(all)[0]);
        if (together.is === 'hit') expect(toldOf(together)).toEqual(all.flatMap(toldOf));
      }),
    );
  });

  it('a list names five at most, sorted and each once, and counts the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 10, max: 30 }).map(String)), (names) => {
        const [, told = '', more = '0'] = /^(.*?)(?: and (\d+) more)?$/.exec(listed(names)) ?? [];
        const all = [...new Set(names)].sort();
        expect(told).toBe(all.slice(0, 5).join(', '));
        expect(Number(more)).toBe(Math.max(0, all.length - 5));
      }),
    );
  });
});

it('what is said twice is said once', () => {
  const twice = [hit([], 'holds a'), hit([], 'holds b'), hit([], 'holds a')];
  expect(allOf(twice)).toMatchObject({ fact: 'holds a; holds b' });
});

it('a reason that is no right is told and accepted by the same words, unless there are others', () => {
  expect(noted('3 days')).toEqual({ because: { note: '3 days' }, matched: '3 days' });
  expect(noted('3 days', 'old')).toEqual({ because: { note: '3 days' }, matched: 'old' });
});
