import { RiskTiers } from '../access/risk.js';
import type { RiskTier } from '../access/model.js';
import type { ToldChange } from '../drift/told.js';
import { worthTelling } from './worth-telling.js';
import type { WorthTelling } from './worth-telling-facts.js';

const risks = (tiers: Record<string, RiskTier>) =>
  new Map(Object.entries(tiers).map(([key, tier]) => [key, { tier, reason: 'x.' }]));
const ROLES: Record<string, readonly string[]> = {
  '1': ['Manage admins'],
  '2': ['View'],
  '7': ['Wipe'],
  '31': ['Single'],
};
const tiers = new RiskTiers(
  '00',
  risks({ '1': 'critical', '2': 'low', '7': 'high', '31': 'protective', '5': 'medium' }),
  risks({ 'Manage admins': 'critical', View: 'low', Wipe: 'high', Single: 'protective', Block: 'medium' }),
);
const window = {
  notSeenAt: new Date('2026-03-01T09:00:00Z'),
  seenAt: new Date('2026-03-01T10:00:00Z'),
  statedBy: ['rolewatch'],
};

let no = 0;
beforeEach(() => (no = 0));
const change = (what: ToldChange['what'], changed: Partial<ToldChange> = {}): ToldChange => ({
  ...{ no: ++no, what, cause: 'assignment', kind: 'local-admin', subject: '10', window },
  ...changed,
});
const granted = (role: string, changed: Partial<ToldChange> = {}) =>
  change('role-granted', {
    role,
    scope: '1',
    effective: { gained: [...(ROLES[role] ?? [])], lost: [] },
    ...changed,
  });

function told(changes: readonly ToldChange[], changed: Partial<WorthTelling> = {}) {
  return worthTelling({
    ...{ tiers, least: 'high', changes, permissionsOf: (role) => ROLES[role] ?? [] },
    ...{ holdsRights: () => true, lostByEverybody: [], held: [], firstRead: [] },
    ...changed,
  });
}
const kinds = (changes: readonly ToldChange[], changed?: Partial<WorthTelling>) =>
  told(changes, changed).map(({ kind, severity }) => `${kind} ${severity}`);

describe('a gain', () => {
  it('is one alert for each principal, with its rights from the worst down', () => {
    const changes = [
      granted('7'),
      granted('2'),
      granted('1', { scope: '3' }),
      granted('7', { subject: '11' }),
    ];
    const [first, second] = told(changes);
    expect(first).toMatchObject({
      ...{ kind: 'right-gained', severity: 'critical' },
      body: {
        ...{ subject: '10', lesserGains: 1, scopes: ['3', '1'], changes: [3, 1] },
        gains: [
          { role: '1', scope: '3', tier: 'critical', gained: ['Manage admins'] },
          { role: '7', scope: '1', tier: 'high' },
        ],
        window: { notSeenAt: '2026-03-01T09:00:00.000Z', seenAt: '2026-03-01T10:00:00.000Z' },
      },
    });
    expect(second).toMatchObject({ severity: 'high', body: { subject: '11' } });
  });

  it('of somebody new is their appearing', () => {
    expect(kinds([change('principal-appeared'), granted('7', { partOf: 1 })])).toEqual([
      'principal-appeared high',
    ]);
    expect(kinds([change('principal-appeared'), granted('2', { partOf: 1 })])).toEqual([]);
  });

  it('counts by the role, also where nothing is gained net', () => {
    expect(kinds([granted('7', { effective: { gained: [], lost: [] } })])).toEqual(['right-gained high']);
  });

  it('below the tier is not told, unless a route asks', () => {
    expect(kinds([granted('2')])).toEqual([]);
    expect(kinds([granted('2')], { least: 'low' })).toEqual(['right-gained low']);
    expect(kinds([granted('31')], { least: 'low' })).toEqual([]);
  });

  it('of what nobody has judged counts as high', () => {
    expect(kinds([granted('99')])).toEqual(['right-gained high']);
  });

  it.each(['permission-gained', 'level-raised'] as const)('by %s counts by the worst permission', (what) => {
    const gained = {
      kind: 'access-token',
      permission: 'View',
      effective: { gained: ['View', 'Wipe'], lost: [] },
    } as const;
    expect(kinds([change(what, gained)])).toEqual(['right-gained high']);
    expect(kinds([change(what, { ...gained, effective: { gained: ['View'], lost: [] } })])).toEqual([]);
  });

  it('of the built-in account is told as what it never should have', () => {
    expect(kinds([granted('2', { kind: 'built-in' })])).toEqual(['built-in-holds-role critical']);
  });

  it('is none where it is only no longer watched, and no loss is one', () => {
    expect(kinds([granted('7', { cause: 'configuration' }), change('role-revoked', { role: '7' })])).toEqual(
      [],
    );
  });
});

describe('members', () => {
  const members = (before: number | null, after: number | null, allows = ['Wipe', 'View']) =>
    change('members-changed', {
      kind: 'ldap-group',
      cause: 'group',
      members: { before, after, known: false, allows },
    });

  it('are told where a group that holds much grew, or may have grown', () => {
    expect(told([members(3, 5)])).toMatchObject([
      {
        kind: 'members-gained',
        severity: 'high',
        body: { gained: ['Wipe'], members: { before: 3, after: 5, known: false } },
      },
    ]);
    expect(kinds([members(null, 5)])).toEqual(['members-gained high']);
  });

  it('are not told where it only shrank, or holds little', () => {
    expect(kinds([members(5, 3)])).toEqual([]);
    expect(kinds([members(3, 5, ['View'])])).toEqual([]);
  });

  it('of a unit are named, also where as many left', () => {
    const affected = [
      { id: '20', kind: 'directory-user', presentOnly: 'after' },
      { id: '21', kind: 'directory-user', presentOnly: 'before' },
    ] as const;
    const unit = { ...members(5, 5), kind: 'ldap-ou', cause: 'ou', affected } as const;
    expect(told([unit])[0]?.body).toMatchObject({ people: ['20'], peopleCount: 1 });
  });
});

describe('a role', () => {
  const role = (what: ToldChange['what'], id: string, gained: string[], lost: string[] = []) =>
    change(what, {
      kind: 'role',
      cause: 'catalogue',
      role: id,
      subject: '90',
      effective: { gained, lost },
      affected: [],
    });

  it('that is dangerous is told when it is defined or grows, even if nobody holds it', () => {
    expect(kinds([role('role-defined', '7', ['Wipe'])])).toEqual(['role-defined high']);
    expect(kinds([role('role-redefined', '7', ['View'])])).toEqual(['role-redefined high']);
    expect(told([role('role-redefined', '7', ['View'])])[0]?.body).toMatchObject({
      role: '7',
      people: [],
      peopleCount: 0,
    });
  });

  it('that becomes dangerous by what it gains is told', () => {
    const permissionsOf = () => ['Block', 'Wipe'];
    expect(kinds([role('role-redefined', '5', ['Wipe'])], { permissionsOf })).toEqual([
      'role-redefined high',
    ]);
  });

  it('that is harmless, or only shrank, is not', () => {
    expect(kinds([role('role-defined', '2', ['View']), role('role-redefined', '7', [], ['View'])])).toEqual(
      [],
    );
    expect(kinds([role('role-retired', '7', [], ['Wipe'])])).toEqual([]);
  });

  it('that no longer protects is told', () => {
    expect(kinds([role('role-redefined', '31', [], ['Single'])])).toEqual(['protective-lost high']);
  });
});

describe('a protective right', () => {
  const lost = change('role-revoked', {
    role: '31',
    scope: '1',
    effective: { gained: [], lost: ['Single'] },
  });

  it('that somebody lost who still holds others is told', () => {
    expect(told([lost])).toMatchObject([
      { kind: 'protective-lost', severity: 'high', body: { subject: '10', lost: ['Single'], scopes: ['1'] } },
    ]);
  });

  it('that went with everything else, or is held by another role, is not', () => {
    expect(kinds([lost], { holdsRights: () => false })).toEqual([]);
    expect(kinds([{ ...lost, effective: { gained: [], lost: [] } }])).toEqual([]);
  });
});

describe('besides', () => {
  it('the last holder of a critical right, and what is held, are told', () => {
    const held = [{ stream: 'users', scope: '', count: 9, why: 'too many' }];
    expect(told([], { lostByEverybody: ['Manage admins', 'Wipe'], held })).toEqual([
      { kind: 'last-holder-lost', severity: 'critical', body: { permission: 'Manage admins' } },
      { kind: 'list-held', severity: 'critical', body: { stream: 'users', count: 9, why: 'too many' } },
    ]);
  });

  it('a first read is one summary of who holds much', () => {
    const firstRead = ['1', '7', '2', '31'].map((role) => ({
      ...{ identity: '10', role, scope: '1', permissions: ROLES[role] ?? [] },
    }));
    expect(told([], { firstRead })).toMatchObject([
      { kind: 'first-read', severity: 'critical', body: { holders: [{ role: '1' }, { role: '7' }] } },
    ]);
    expect(kinds([], { firstRead: firstRead.slice(2) })).toEqual([]);
  });

  it('a first read of very many names some of each right, and counts them all', () => {
    const firstRead = ['1', '7'].flatMap((role) =>
      Array.from({ length: 150 }, (_, i) => ({
        ...{ identity: String(i), role, scope: '1', permissions: ROLES[role] ?? [] },
      })),
    );
    const [alert] = told([], { firstRead });
    const ofRole = (role: string) => alert?.body.holders?.filter((holder) => holder.role === role).length;
    expect([ofRole('1'), ofRole('7'), alert?.body.peopleCount]).toEqual([100, 100, 150]);
  });

  it('a first read tells of rights that are held by themselves', () => {
    const firstRead = ['Wipe', 'View'].map((permission) => ({
      ...{ identity: '10', permission, scope: 'acme', permissions: [permission] },
    }));
    expect(told([], { firstRead })).toEqual([
      {
        kind: 'first-read',
        severity: 'high',
        body: { holders: [{ identity: '10', permission: 'Wipe', scope: 'acme', tier: 'high' }] },
      },
    ]);
  });
});
