/** The matchers over rights: which of some names are held, and which are not. */
import type { Right } from '../../access/judged-state.js';
import type { Match } from '../language/rule-schema.js';
import { type Holding, type Surroundings, unexplained } from './holding.js';
import { hit, listed, MISS, noted, type Outcome, type Reason } from './outcome.js';
import { needsCatalogue, type Selector } from './selectors.js';

/** One part of a rule's condition, ready to be asked of many holders. */
export type Matcher = (holding: Holding) => Outcome;

/** The matchers over names of rights that a condition has. */
export function rightsMatchers(match: Match, { selectors }: Surroundings): Matcher[] {
  const matchers: Matcher[] = [];
  const { any_of, all_of, none_of, other_than, at_least, must_have, separation } = match;
  if (any_of !== undefined) matchers.push(atLeast(1, selectors.of(any_of)));
  if (all_of !== undefined) matchers.push(atLeast(all_of.length, selectors.of(all_of)));
  if (at_least !== undefined) matchers.push(atLeast(at_least.n, selectors.of(at_least.of)));
  if (none_of !== undefined) matchers.push(noneOf(selectors.of(none_of)));
  if (other_than !== undefined) matchers.push(otherThan(selectors.of(other_than), selectors.of(['*'])));
  if (must_have !== undefined) matchers.push(lacksOne(selectors.of(must_have)));
  if (separation !== undefined) {
    const sets = Object.entries(separation.sets).map(([name, names]) => ({ name, of: selectors.of(names) }));
    matchers.push(separated(sets, separation.at_most ?? 1));
  }
  return matchers;
}

interface Found {
  readonly selector: Selector;
  readonly rights: readonly Right[];
}

function found(selectors: readonly Selector[], { rights }: Holding): Found[] {
  return selectors
    .map((selector) => ({ selector, rights: selector.in(rights) }))
    .filter((one) => one.rights.length > 0);
}

function reasonsOf(all: readonly Found[]): Reason[] {
  return all.flatMap(({ selector, rights }) => rights.map((right) => selector.reason(right)));
}

function calledOf(all: readonly Found[]): string {
  return listed(all.flatMap(({ selector, rights }) => rights.map((right) => selector.called(right))));
}

/** At least n of the names are held. */
function atLeast(n: number, selectors: readonly Selector[]): Matcher {
  return (holding) => {
    const held = found(selectors, holding);
    return held.length < n ? MISS : hit(reasonsOf(held), `holds ${calledOf(held)}`);
  };
}

/** Something is held that is none of the names. */
function otherThan(selectors: readonly Selector[], all: readonly Selector[]): Matcher {
  return (holding) => {
    const named = new Set(selectors.flatMap((selector) => selector.in(holding.rights)));
    const others = holding.rights.filter((right) => !named.has(right));
    const held = found(all, { ...holding, rights: others });
    return held.length === 0 ? MISS : hit(reasonsOf(held), `holds ${calledOf(held)}`);
  };
}

/** None of the names is held. */
function noneOf(selectors: readonly Selector[]): Matcher {
  return (holding) => (found(selectors, holding).length > 0 ? MISS : notHeld(selectors, holding));
}

/** One of the names at least is not held. */
function lacksOne(selectors: readonly Selector[]): Matcher {
  return (holding) => {
    const missing = selectors.filter((selector) => selector.in(holding.rights).length === 0);
    if (missing.length === 0) return MISS;
    // one that is surely missing is enough
    const surely = missing.filter((selector) => selector.in(holding.perhaps ?? []).length === 0);
    return notHeld(surely.length > 0 ? surely : missing, holding);
  };
}

/** Seen nowhere; yet what a role without a definition gives, or who is in a group, cannot be seen. */
function notHeld(selectors: readonly Selector[], { rights, perhaps = [] }: Holding): Outcome {
  const hidden = selectors.some(({ name }) => needsCatalogue(name)) ? unexplained(rights) : undefined;
  if (hidden !== undefined) return hidden;
  const doubtful = selectors.filter((selector) => selector.in(perhaps).length > 0);
  if (doubtful.length > 0) return { is: 'unknown', why: mayHold(doubtful) };
  const names = selectors.map(({ name }) => name);
  return hit(
    names.map((name) => noted(`does not hold ${name}`, `without ${name}`)),
    `does not hold ${listed(names)}`,
  );
}

function mayHold(selectors: readonly Selector[]): string {
  return `may hold ${listed(selectors.map(({ name }) => name))} through a group whose members are not known`;
}

interface NamedSet {
  readonly name: string;
  readonly of: readonly Selector[];
}

/** Of more sets than may come together, something is held. */
function separated(sets: readonly NamedSet[], atMost: number): Matcher {
  return (holding) => {
    const held = sets
      .map(({ name, of }) => ({ name, found: found(of, holding) }))
      .filter((set) => set.found.length > 0);
    if (held.length <= atMost) return MISS;
    return hit(
      held.flatMap((set) =>
        reasonsOf(set.found).map(({ because, matched }) => ({ because, matched: `${set.name}: ${matched}` })),
      ),
      `holds rights of ${listed(held.map(({ name }) => name))} together`,
    );
  };
}
