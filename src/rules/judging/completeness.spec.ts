import fc from 'fast-check';
import { stateOf } from '../../../test/support/judge-ground.js';
import type { StatePart } from '../../access/judged-state.js';
import type { Applies, Match } from '../language/rule-schema.js';
import { type Direction, directionOf, incompleteFor, partsNeeded } from './completeness.js';

const population = (more: Partial<NonNullable<Match['population']>>): Match => ({
  population: { who: ['A'], count: 'people', ...more },
});

const WAYS: readonly (readonly [Match, Direction])[] = [
  [{ any_of: ['A'] }, 'presence'],
  [{ all_of: ['A'] }, 'presence'],
  [{ other_than: ['A'] }, 'presence'],
  [{ at_least: { n: 1, of: ['A'] } }, 'presence'],
  [{ tier: { of: 'role', at_least: 'high' } }, 'presence'],
  [{ separation: { sets: { a: ['A'], b: ['B'] } } }, 'presence'],
  [{ redundant: {} }, 'presence'],
  [{ age: { attribute: 'createdAt', past: true, missing: 'ignored' } }, 'presence'],
  [{ missing: ['owner'] }, 'presence'],
  [{ levels: { webhooks: '>= view' } }, 'presence'],
  [{ levels: { webhooks: '> view' } }, 'presence'],
  [{ levels: { webhooks: '= view' } }, 'mixed'],
  [{ levels: { webhooks: '<= view' } }, 'absence'],
  [{ levels: { webhooks: '< view' } }, 'absence'],
  [{ levels: { webhooks: '< view', billing: '> view' } }, 'mixed'],
  [{ none_of: ['A'] }, 'absence'],
  [{ must_have: ['A'] }, 'absence'],
  [population({ at_most: 1 }), 'presence'],
  [population({ at_least: 1 }), 'absence'],
  [population({ at_most_percent: 1, of: 'everyone' }), 'mixed'],
  [population({ at_least_percent: 1, of: 'everyone' }), 'mixed'],
];

describe('which way a rule can be judged on data that are not whole', () => {
  it.each(WAYS)('%j: %s', (match, direction) => {
    expect(directionOf({ match })).toBe(direction);
  });

  it('several matchers go the way that all of them go, else none', () => {
    fc.assert(
      fc.property(fc.subarray([...WAYS], { minLength: 1 }), (some) => {
        // a later one of the same kind stands in the place of an earlier one
        const match: Match = Object.assign({}, ...some.map(([one]) => one));
        const left = some.filter(([one]) =>
          Object.entries(one).every(([key, value]) => match[key as keyof Match] === value),
        );
        const ways = new Set(left.map(([, way]) => way));
        expect(directionOf({ match })).toBe(ways.size === 1 ? [...ways][0] : 'mixed');
      }),
    );
  });
});

describe('what of a state a rule needs', () => {
  const needed = (match: Match, applies: Applies = {}, subject: 'principal' | 'source' = 'principal') =>
    [...partsNeeded({ subject, match, applies })].sort().join(' ');
  // the directory is needed by default; these look at others
  const local: Applies = { kinds: ['local-admin'] };

  it.each<[Match, string]>([
    [{ any_of: ['Wipe device'] }, 'catalogue principals'],
    [{ any_of: ['device-commands.*'] }, 'catalogue principals'],
    [{ any_of: ['role-named:Team Owner'] }, 'catalogue principals'],
    [{ any_of: ['role:7'] }, 'principals'],
    [{ any_of: ['*'] }, 'principals'],
    [{ any_of: ['role:7', 'Wipe device'] }, 'catalogue principals'],
    [{ all_of: ['A'] }, 'catalogue principals'],
    [{ none_of: ['A'] }, 'catalogue principals'],
    [{ other_than: ['A'] }, 'catalogue principals'],
    [{ must_have: ['A'] }, 'catalogue principals'],
    [{ at_least: { n: 1, of: ['A'] } }, 'catalogue principals'],
    [{ separation: { sets: { a: ['role:7'], b: ['A'] } } }, 'catalogue principals'],
    [{ separation: { sets: { a: ['role:7'], b: ['role:8'] } } }, 'principals'],
    [{ tier: { of: 'permission', is: ['high'] } }, 'catalogue principals'],
    [{ redundant: {} }, 'catalogue principals'],
    [{ levels: { webhooks: '>= view' } }, 'catalogue principals'],
    [{ missing: ['owner'] }, 'principals'],
    [{ age: { attribute: 'expiresAt', past: true, missing: 'ignored' } }, 'principals'],
  ])('%j: %s', (match, parts) => {
    expect(needed(match, local)).toBe(parts);
  });

  it('the catalogue, where it tells who counts, or of whom a percentage is', () => {
    const byRole = population({ who: ['role:7'], at_most_percent: 5 });
    const of = (names: 'everyone' | string[]) => ({ population: { ...byRole.population!, of: names } });
    expect(needed(of(['Wipe device']), local, 'source')).toBe('catalogue principals');
    expect(needed(of(['role:8']), local, 'source')).toBe('principals');
    expect(needed(of('everyone'), local, 'source')).toBe('principals');
    expect(needed(population({ at_most: 1 }), local, 'source')).toBe('catalogue principals');
    expect(needed({ missing: ['owner'] }, { ...local, holds: ['Wipe device'] })).toBe('catalogue principals');
    expect(needed({ missing: ['owner'] }, { ...local, holds: ['role:7'] })).toBe('principals');
  });

  it('the directory, unless neither people of it nor its units are looked at', () => {
    const byKinds = (...kinds: NonNullable<Applies['kinds']>) => needed({ missing: ['owner'] }, { kinds });
    expect(needed({ missing: ['owner'] })).toBe('directory principals');
    expect(byKinds('local-admin', 'directory-user')).toBe('directory principals');
    expect(byKinds('ldap-ou', 'built-in')).toBe('directory principals');
    expect(byKinds('ldap-group')).toBe('principals');
  });

  it('of a rule about roles the catalogue alone; of one that no data can answer, nothing', () => {
    const parts = (subject: 'role' | 'source', match: Match) => [...partsNeeded({ subject, match })];
    expect(parts('role', { any_of: ['role:7'] })).toEqual(['catalogue']);
    expect(parts('source', { not_assessable: 'Nobody says.' })).toEqual([]);
  });
});

it('all that is missing is told once, in the order of the texts, and nothing else is', () => {
  const applies: Applies = { kinds: ['built-in'] };
  const rule = { subject: 'principal' as const, match: { any_of: ['A'] }, applies };
  const parts = (...told: [StatePart, string][]) =>
    incompleteFor(rule, stateOf([], { incomplete: told.map(([part, why]) => ({ part, why })) }));
  expect(parts(['principals', 'b'], ['catalogue', 'denied'], ['principals', 'a'], ['principals', 'b'])).toBe(
    'catalogue: denied; principals: a; principals: b',
  );
  expect(parts(['directory', 'denied'])).toBeUndefined();
});
