import fc from 'fast-check';
import {
  admins,
  directory,
  entry,
  facts,
  grant,
  identity,
  link,
  role,
  stated,
} from '../../test/support/drift-facts.js';
import { explain } from './explain.js';
import type { Facts } from './facts.js';

/** Two or more of everything that can be told of, each with an id that text and numbers sort differently. */
const all = facts({
  identities: [
    ...['9', '10', '11'].map((id) => identity(id, 'both', { statedIn: [{ ...admins('1'), touched: true }] })),
    ...['20', '21', '3'].map((id) => entry(id, 'both')),
    ...['30', '4'].map((id) => entry(id, 'both', { kind: 'ldap-group' })),
  ],
  links: [link('9', '20', 'after'), link('10', '21', 'before'), link('10', '3', 'after')],
  grants: [
    grant('9', '7', '1', 'after'),
    grant('9', '7', '10', 'after', { opened: [admins('1')] }),
    grant('9', '2', '3', 'after'),
    grant('10', '7', '1', 'before'),
    grant('11', '2', '1', 'both'),
    ...['30', '4'].map((id) => grant(id, '7', '1', 'both')),
  ],
  roles: [
    role('7', '1', ['A'], ['A', 'B']),
    role('7', '3', ['A', 'C'], ['C']),
    role('10', '1', null, ['C']),
    role('10', '3', null, ['C']),
    role('2', '1', ['D', 'E'], ['E']),
  ],
  units: ['30', '4'].map((id) => ({ id, counts: [stated(directory('1'), id, 1, 2)], below: null })),
  scopes: [
    { scope: '4', identity: '94', before: null, after: { name: 'x' } },
    { scope: '10', identity: '95', before: { status: 's', name: 'a' }, after: { status: 't', name: 'b' } },
    { scope: '5', identity: '96', before: { name: 'y' }, after: null },
  ],
  attributes: (['email', 'name'] as const).map((attribute) => ({
    attribute,
    stated: ['9', '10'].map((id) => stated<string | null>(admins('1'), id, 'a', 'b')),
  })),
});

const shuffled: fc.Arbitrary<Facts> = fc
  .record({
    identities: shuffle(all.identities),
    links: shuffle(all.links),
    grants: shuffle(all.grants),
    roles: shuffle(all.roles),
    units: shuffle(all.units),
    scopes: shuffle(all.scopes),
    attributes: shuffle(all.attributes),
    readings: shuffle(all.readings),
  })
  .map((parts) => ({ ...all, ...parts }));

function shuffle<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}
const shown = (changes: ReturnType<typeof explain>): string[] =>
  changes.map(({ what, subject, role: of, scope, scopes, attribute }) =>
    [what, subject, of, scope, scopes?.join('+'), attribute?.name]
      .filter((one) => one !== undefined)
      .join(' '),
  );

describe('laws of the order of what is told', () => {
  it('the order of the facts says nothing of which changes are told, and in which order', () => {
    const attributesLast = (changes: string[]) => changes.map((one) => one.replace(/ (email|name)$/, ''));
    fc.assert(
      fc.property(shuffled, (facts) => {
        const told = shown(explain(facts));
        expect([...told].sort()).toEqual([...shown(explain(all))].sort());
        expect(attributesLast(told)).toEqual(attributesLast(shown(explain(all))));
      }),
      { numRuns: 30 },
    );
  });

  it('scopes come first, then the catalogue, rights, members, attributes and links, each by number', () => {
    expect(shown(explain(all))).toEqual([
      'scope-appeared 94 4',
      'scope-disappeared 96 5',
      'scope-changed 95 10 name',
      'scope-changed 95 10 status',
      'role-redefined 92 2',
      'role-redefined 97 7 1',
      'role-redefined 97 7 3',
      'role-defined 910 10',
      'role-granted 9 7 1',
      'role-granted 9 2 3',
      'role-granted 9 7 10',
      'role-revoked 10 7 1',
      'members-changed 4',
      'members-changed 30',
      'attribute-changed 9 email',
      'attribute-changed 9 name',
      'attribute-changed 10 email',
      'attribute-changed 10 name',
      'identity-linked 9',
      'identity-linked 10',
      'identity-unlinked 10',
    ]);
  });
});
