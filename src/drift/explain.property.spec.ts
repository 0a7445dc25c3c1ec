import fc from 'fast-check';
import { entry, facts, grant, identity, link, type Presence } from '../../test/support/drift-facts.js';
import { explain } from './explain.js';
import type { Facts } from './facts.js';

const ADMINS = ['10', '11', '12'];
const ENTRIES = ['20', '21', '22'];
const RIGHTS = [...ADMINS, ...ENTRIES].flatMap((principal) =>
  ['7', '2'].flatMap((role) => ['1', '3'].map((scope) => ({ principal, role, scope }))),
);

/** Who holds what, who is linked to whom: subsets of all there could be. An entry is linked to one admin at most. */
const side = fc.record({
  rights: fc.subarray(RIGHTS),
  linked: fc.array(fc.option(fc.constantFrom(...ADMINS)), {
    minLength: ENTRIES.length,
    maxLength: ENTRIES.length,
  }),
});
interface Side {
  readonly rights: readonly (typeof RIGHTS)[number][];
  readonly linked: readonly (string | null)[];
}

const presence = (before: boolean, after: boolean): Presence =>
  before ? (after ? 'both' : 'before') : after ? 'after' : 'neither';

function factsOf(before: Side, after: Side): Facts {
  const grants = RIGHTS.map((right) => ({
    ...right,
    of: presence(before.rights.includes(right), after.rights.includes(right)),
  }));
  const links = ENTRIES.flatMap((to, index) =>
    ADMINS.map((from) =>
      link(from, to, presence(before.linked[index] === from, after.linked[index] === from)),
    ),
  );
  const known = [{ stream: 'user_summary', scope: '1', touched: false }];
  return facts({
    identities: [
      ...ADMINS.map((id) => identity(id, 'both', { statedIn: known })),
      ...ENTRIES.map((id) => entry(id, 'both')),
    ],
    grants: grants
      .filter(({ of }) => of !== 'neither')
      .map(({ principal, role, scope, of }) => grant(principal, role, scope, of)),
    links: links.filter((one) => one.before || one.after),
  });
}

/** Plainly: spread the smallest id over all links of both sides until nothing moves. Admins have the smaller ids. */
function owners({ linked: before }: Side, { linked: after }: Side): Map<string, string> {
  const owner = new Map([...ADMINS, ...ENTRIES].map((id) => [id, id]));
  for (let round = 0; round < owner.size; round += 1) {
    for (const [index, to] of ENTRIES.entries()) {
      for (const from of [before[index], after[index]]) {
        if (from == null) continue;
        const least = [owner.get(from) ?? from, owner.get(to) ?? to].sort()[0] ?? to;
        owner.set(from, least).set(to, least);
      }
    }
  }
  return owner;
}

const resolved = ({ rights }: Side, owner: ReadonlyMap<string, string>): Set<string> =>
  new Set(rights.map(({ principal, role, scope }) => JSON.stringify([owner.get(principal), role, scope])));

const told = (found: Facts, what: string): string[] =>
  explain(found)
    .filter((change) => change.what === what)
    .map(({ subject, role, scope }) => JSON.stringify([subject, role, scope]))
    .sort();

const only = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
  [...a].filter((one) => !b.has(one)).sort();

describe('explaining any two states', () => {
  it('tells nothing between equal ones', () => {
    fc.assert(
      fc.property(side, (state) => {
        expect(explain(factsOf(state, state))).toEqual([]);
      }),
    );
  });

  it('tells each right that differs once, and no other', () => {
    fc.assert(
      fc.property(side, side, (before, after) => {
        const owner = owners(before, after);
        const [held, holds] = [resolved(before, owner), resolved(after, owner)];
        expect(told(factsOf(before, after), 'role-granted')).toEqual(only(holds, held));
        expect(told(factsOf(before, after), 'role-revoked')).toEqual(only(held, holds));
      }),
    );
  });

  it('never grants or revokes by linking alone', () => {
    fc.assert(
      fc.property(side, side, (before, other) => {
        const changes = explain(factsOf(before, { rights: before.rights, linked: other.linked }));
        expect(changes.filter((change) => !change.what.startsWith('identity-'))).toEqual([]);
      }),
    );
  });

  it('numbers changes without gaps, each after the one it is part of', () => {
    fc.assert(
      fc.property(side, side, (before, after) => {
        const changes = explain(factsOf(before, after));
        expect(changes.map((change) => change.no)).toEqual(changes.map((_, index) => index + 1));
        expect(changes.every(({ no, partOf = 0 }) => partOf < no)).toBe(true);
      }),
    );
  });

  it('tells the mirror image of the way back', () => {
    fc.assert(
      fc.property(side, side, (before, after) => {
        const [there, back] = [factsOf(before, after), factsOf(after, before)];
        expect(told(there, 'role-granted')).toEqual(told(back, 'role-revoked'));
        expect(told(there, 'identity-linked')).toEqual(told(back, 'identity-unlinked'));
      }),
    );
  });
});
