import fc from 'fast-check';
import { type Difference, differences } from '../../../src/snapshots/difference.view.js';
import { History, type Read, type Row, SOURCE, type State } from './history.js';

/** A small world, so that random histories keep meeting themselves. */
const admin = fc.record({
  key: fc.constantFrom('ann', 'bob'),
  mail: fc.constantFrom('x', 'y'),
  grants: fc.subarray([
    ['7', '1'],
    ['2', '3'],
  ] as [string, string][]),
});
const role = fc.record({ key: fc.constantFrom('7', '2'), permissions: fc.subarray(['View', 'Wipe']) });
const READS: Read[] = [
  { stream: 'user_summary', scope: '1' },
  { stream: 'roles', scope: '1' },
  { stream: 'ldap_entity_summary', scope: '1' },
];
const state: fc.Arbitrary<State> = fc
  .record({
    admins: fc.uniqueArray(admin, { selector: (one) => one.key }),
    roles: fc.uniqueArray(role, { selector: (one) => one.key }),
    linked: fc.boolean(),
  })
  .map(({ admins, roles, linked }) => ({
    reads: READS,
    rows: [
      ...admins.map(({ key, mail, grants }): Row => ({
        ...list(0),
        nameSpace: 'admin',
        key,
        body: { mail, grants },
        grants,
      })),
      ...roles.map(({ key, permissions }): Row => ({
        ...list(1),
        nameSpace: 'role',
        key,
        body: { permissions },
        permissions,
      })),
      { ...list(2), nameSpace: 'dn', key: 'cn=ann', body: { type: 'USER' } },
    ],
    links: linked && admins.some((one) => one.key === 'ann') ? [['ann', 'cn=ann']] : [],
  }));
const list = (index: 0 | 1 | 2) => ({ stream: READS[index]?.stream ?? '', scope: '1' });

type Model = Map<string, unknown>;
const keyOf = ({ table, key }: Pick<Difference, 'table' | 'key'>): string =>
  JSON.stringify([table, ...Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The whole state as plain rows, from the state that was published and not from the store. */
function modelOf(history: History, { rows, links = [] }: State): Model {
  const model: Model = new Map();
  const put = (table: Difference['table'], key: Difference['key'], content: unknown) =>
    model.set(keyOf({ table, key }), content);
  for (const { stream, scope, nameSpace, key, body, grants = [], permissions = [] } of rows) {
    const identity_id = history.id(nameSpace, key);
    put('record', { stream, scope, identity_id }, body);
    for (const [id, in_scope] of grants)
      put(
        'grant_',
        { stream, scope, identity_id, principal: identity_id, target: `role:${id}`, in_scope },
        null,
      );
    for (const permission of permissions) put('role_permission', { scope, role: key, permission }, null);
  }
  for (const [from, to] of links)
    put('link', { identity_id: history.id('admin', from), to_identity_id: history.id('dn', to) }, null);
  return model;
}

const content = (side: Difference['from']): unknown => side?.['body'] ?? null;

async function difference(
  history: History,
  from: number,
  to: number,
  batch?: number,
): Promise<Map<string, Difference>> {
  const found = new Map<string, Difference>();
  for await (const one of differences(history.db, SOURCE, from, to, batch)) found.set(keyOf(one), one);
  return found;
}

function apply(model: Model, changes: Iterable<readonly [string, Difference]>): Model {
  const result = new Map(model);
  for (const [key, { to }] of changes) {
    if (to === null) result.delete(key);
    else result.set(key, content(to));
  }
  return result;
}

describe('the difference of two snapshots', () => {
  it('obeys the laws: nothing to itself, applies, inverts, composes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 3, maxLength: 5 }), async (states) => {
        const history = await History.open();
        try {
          for (const one of states) await history.publish(one);
          const models = states.map((one) => modelOf(history, one));
          const between: Map<string, Difference>[][] = [];
          for (const [a, earlier] of models.entries()) {
            between.push([]);
            for (const [b, later] of models.entries()) {
              const found = await difference(history, a + 1, b + 1, 2);
              between[a]?.push(found);
              expect(new Map(apply(earlier, found))).toEqual(later);
              for (const [key, { from, to }] of found) {
                expect(earlier.has(key)).toBe(from !== null);
                expect([from, to]).not.toEqual([to, from]);
              }
              if (a === b) expect(found.size).toBe(0);
              const back = between[b]?.[a];
              if (back) expect(inverse(back)).toEqual(plain(found));
            }
          }
          const [first, last] = [models[0], models.length - 1];
          const composed = between
            .slice(0, last)
            .reduce((model, row, a) => apply(model, row[a + 1] ?? []), first ?? new Map());
          expect(composed).toEqual(apply(first ?? new Map(), between[0]?.[last] ?? []));
        } finally {
          await history.close();
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

const plain = (found: ReadonlyMap<string, Difference>) =>
  new Map([...found].map(([key, { from, to }]) => [key, { from, to }]));
const inverse = (found: ReadonlyMap<string, Difference>) =>
  new Map([...found].map(([key, { from, to }]) => [key, { from: to, to: from }]));
