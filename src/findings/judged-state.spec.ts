import type { IdentityFacts } from '../snapshots/access-facts.js';
import { judgedState, type ListDoubt, type StateFacts } from './judged-state.js';

const identity = (identityId: string, changed: Partial<IdentityFacts> = {}): IdentityFacts => ({
  ...{ identityId, nameSpace: 'admin', key: `k${identityId}`, matchKey: `k${identityId}`, name: null },
  ...{ origin: 'Local', type: null, memberCount: null, builtIn: false },
  ...changed,
});
const entry = (
  id: string,
  type: 'USER' | 'OU' | 'GROUP',
  matchKey: string,
  memberCount: number | null = null,
) => identity(id, { nameSpace: 'dn', type, matchKey, memberCount, origin: null, name: `n${id}` });
const grant = (principal: string, target: string, inScope = '1') => ({ principal, target, inScope });
const list = (changed: Partial<ListDoubt>): ListDoubt => ({
  ...{ stream: 'user_summary', scope: '1', verdict: 'complete', why: null, held: 0, known: true },
  ...changed,
});

function state(changed: Partial<StateFacts>) {
  const identities = [
    identity('10'),
    identity('9', { origin: 'LDAP' }),
    entry('11', 'USER', 'dc=x,ou=ops,cn=ann'),
    entry('12', 'OU', 'dc=x,ou=ops', 3),
    entry('13', 'GROUP', 'dc=x,cn=all', 40),
    identity('14', { nameSpace: 'token', origin: null }),
  ];
  return judgedState({
    ...{ source: 'hq', product: 'ivanti-epmm', seq: 3, digest: 'd', observedAt: new Date(0) },
    scopeNames: new Map([['1', 'Global']]),
    grants: [],
    identities: new Map(identities.map((one) => [one.identityId, one])),
    links: new Map([['9', '11']]),
    catalogue: [{ scope: '1', role: '7', description: 'Wipe', permissions: ['wipe', 'view'] }],
    people: [{ ou: '12', count: 3, listed: [] }],
    attributes: new Map(),
    doubts: [],
    ownAccount: '10',
    requires: new Map([['wipe', ['view']]]),
    ...changed,
  });
}

describe('the state that rules see', () => {
  it('has one principal for two linked identities, with what the unit above holds', () => {
    const { principals } = state({
      grants: [
        grant('11', 'role:7'),
        grant('9', 'permission:lock'),
        grant('12', 'role:7', '2'),
        grant('10', 'role:99'),
      ],
    });
    expect(principals.map(({ id, kind, origin, ownAccount }) => [id, kind, origin, ownAccount])).toEqual([
      ['9', 'directory-user', 'directory', false],
      ['10', 'local-admin', 'local', true],
      ['12', 'ldap-ou', 'directory', false],
    ]);
    const rights = principals[0]?.rights.map((one) => [
      one.scope,
      one.permission,
      one.role,
      one.through?.name,
    ]);
    expect(rights).toEqual([
      ['1', 'lock', null, undefined],
      ['1', 'view', '7', undefined],
      ['1', 'wipe', '7', undefined],
      ['2', 'view', '7', 'n12'],
      ['2', 'wipe', '7', 'n12'],
    ]);
    expect(principals[1]?.rights.map(({ permission }) => permission)).toEqual(['role:99']);
  });

  it('knows the members of a unit it sees whole, and never those of a group', () => {
    const { principals } = state({ grants: [grant('12', 'role:7'), grant('13', 'role:7')] });
    expect(principals.map(({ members }) => members)).toEqual([
      { count: 3, known: true },
      { count: 40, known: false },
    ]);
  });

  it('says what has no effect, and what a needed right that is latent itself leaves without', () => {
    const requires = new Map([
      ['wipe', ['view']],
      ['view', ['enter']],
    ]);
    const grants = [
      grant('10', 'permission:wipe'),
      grant('10', 'permission:view'),
      grant('10', 'permission:wipe', '2'),
    ];
    const latent = (facts: Partial<StateFacts>) =>
      state({ grants, ...facts }).principals[0]?.rights.map((one) => [one.scope, one.permission, one.latent]);
    expect(latent({})).toEqual([
      ['1', 'view', false],
      ['1', 'wipe', false],
      ['2', 'wipe', true],
    ]);
    expect(latent({ requires })).toEqual([
      ['1', 'view', true],
      ['1', 'wipe', true],
      ['2', 'wipe', true],
    ]);
  });

  it('reads what a source says of a token, and takes no nonsense for a date', () => {
    const stated = {
      owner: ' ',
      createdBy: 'ann',
      createdAt: '2026-01-02',
      expiresAt: 'never',
      lastRotatedAt: null,
    };
    const { principals } = state({
      grants: [grant('14', 'permission:view')],
      attributes: new Map([['14', stated]]),
    });
    expect(principals[0]).toMatchObject({ kind: 'access-token', origin: null });
    expect(principals[0]?.attributes).toEqual({ createdBy: 'ann', createdAt: new Date('2026-01-02') });
  });

  it.each<[Partial<ListDoubt>, string[]]>([
    [{}, []],
    [{ verdict: 'partial', why: 'cut off' }, ['principals user_summary, scope 1: partial: cut off']],
    [{ held: 9 }, ['principals user_summary, scope 1: 9 missing records are held back']],
    [
      { known: false, verdict: null },
      ['principals user_summary, scope 1: not read for this snapshot; never read completely'],
    ],
    [{ stream: 'roles', verdict: 'denied' }, ['catalogue roles, scope 1: denied']],
    [
      { stream: 'device_spaces', scope: '', verdict: 'masked' },
      ['principals', 'catalogue', 'directory'].map((part) => `${part} device_spaces: masked`),
    ],
  ])('says what was not seen whole: %j', (doubt, parts) => {
    const { incomplete } = state({ doubts: [list(doubt)] });
    expect(incomplete.map(({ part, why }) => `${part} ${why}`)).toEqual(parts);
  });
});
