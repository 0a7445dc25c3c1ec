import {
  AS_OF,
  principal,
  right,
  rulesOf,
  rulesOfProduct,
  stateOf,
} from '../../../test/support/judge-ground.js';
import type { JudgedPrincipal, JudgedRole, JudgedState } from '../../access/judged-state.js';
import { judge } from '../judge.js';

const assessed = (rule: string, people: readonly JudgedPrincipal[], more: Partial<JudgedState> = {}) => {
  const verdicts = judge(stateOf(people, more), rulesOf(`subject: principal\n${rule}`), AS_OF);
  return { ...verdicts.assessments[0]!, broken: verdicts.violations.map(({ subject }) => subject.id) };
};

describe('whom a rule is about', () => {
  const HOLDS = 'match: { any_of: [Wipe device] }';
  const wipes = (id: string, more: Partial<JudgedPrincipal> = {}) =>
    principal(id, [right('Wipe device')], more);
  const PEOPLE = [
    wipes('1'),
    wipes('2', { kind: 'directory-user', origin: 'directory' }),
    wipes('3', { kind: 'ldap-group', origin: 'directory', members: { count: 4, known: false } }),
    wipes('4', { kind: 'ldap-ou', origin: 'directory', members: { count: 4, known: true } }),
    wipes('5', { ownAccount: true }),
    wipes('6', { key: null }),
    wipes('7', { key: 'break-glass-1' }),
    principal('8', [right('View device')]),
  ];

  it.each([
    ['everybody', '{}', '1234567', 8],
    ['of these kinds', '{ kinds: [directory-user, ldap-ou] }', '24', 2],
    ['kept locally', '{ origin: local }', '1567', 5],
    ['from the directory', '{ origin: directory }', '234', 3],
    ['the account that is read with', '{ own_account: true }', '5', 1],
    ['all others', '{ own_account: false }', '123467', 7],
    ['groups that nobody can look into', '{ members: unknown }', '3', 1],
    ['units whose people are known', '{ members: known }', '4', 1],
    ['with one of these keys', "{ keys: ['break-glass-*', k1] }", '17', 2],
    [
      'without one of these keys; who was erased has none',
      "{ except_keys: ['break-glass-*', k1] }",
      '23456',
      6,
    ],
    ['who hold one of these', '{ holds: [Lock device, View device] }', '', 1],
    ['who hold one of these, among others', '{ holds: [Lock device, Wipe device] }', '1234567', 7],
  ])('%s', (_, applies, broken, judged) => {
    const result = assessed(`applies: ${applies}\n${HOLDS}`, PEOPLE);
    expect([result.broken.join(''), result.judged]).toEqual([broken, judged]);
  });

  it('nobody, where the source has too few scopes', () => {
    const rule = `applies: { source_scopes_at_least: 2 }\n${HOLDS}`;
    const named = (...names: string[]) => ({ scopeNames: new Map(names.map((name) => [name, name])) });
    expect(assessed(rule, PEOPLE, named('1')).judged).toBe(0);
    expect(assessed(rule, PEOPLE, named('1', '2')).judged).toBe(8);
    // where it does not list them, those in which something is held or defined
    expect(assessed(rule, PEOPLE, named()).judged).toBe(0);
    const elsewhere = principal('9', [right('View device', { scope: '2' })]);
    expect(assessed(rule, [...PEOPLE, elsewhere], named()).judged).toBe(9);
    const roles = [{ id: '7', name: null, scope: '2', permissions: [] }];
    expect(assessed(rule, PEOPLE, { ...named(), roles }).judged).toBe(8);
  });

  it('is not known, where the source does not say whether a breaker is local', () => {
    const rule = `applies: { origin: local }\n${HOLDS}`;
    const doubtful = [wipes('1', { origin: null }), principal('2', [right('View device')], { origin: null })];
    expect(assessed(rule, [...doubtful, wipes('3')])).toEqual({
      rule: 'r0',
      judged: 3,
      violated: 1,
      unassessable: 1,
      why: 'the source does not say whether an account is local',
      mayResolve: true,
      undecided: [{ kind: 'principal', id: '1' }],
      broken: ['3'],
    });
    expect(assessed(HOLDS, doubtful).broken).toEqual(['1']);
  });
});

describe('which rights count', () => {
  const ann = principal('5', [
    right('A', { scope: '1' }),
    right('B', { scope: '2' }),
    right('C', { scope: '3', latent: true }),
  ]);
  it.each([
    ['all that have effect', '', ['A @ 1', 'B @ 2']],
    ['those of the scopes that are named', "applies: { scopes: ['1', '3'] }", ['A @ 1']],
    ['those of all other scopes', "applies: { except_scopes: ['1'] }", ['B @ 2']],
    ['those without effect too', 'latent: include', ['A @ 1', 'B @ 2', 'C @ 3']],
    ['those without effect only', 'latent: only', ['C @ 3']],
  ])('%s', (_, said, matched) => {
    const rules = rulesOf(`subject: principal\n${said}\nmatch: { any_of: ['*'] }`);
    const { violations } = judge(stateOf([ann]), rules, AS_OF);
    expect(violations.map((one) => one.matched)).toEqual([matched]);
  });

  it('scope by scope, told in the order of the scopes', () => {
    const twice = principal('5', [right('B', { scope: '2' }), right('A', { scope: '1' })]);
    const { violations } = judge(
      stateOf([twice]),
      rulesOf('subject: principal\nmatch: { any_of: [A, B] }'),
      AS_OF,
    );
    expect(violations[0]!.message).toBe('A rule. Not so: holds A; holds B.');
  });

  it('what is no right is said of the scope in which it is so', () => {
    const rule = 'subject: principal\nmatch: { any_of: [A], none_of: [B] }\nfields: [scope]';
    const { violations } = judge(
      stateOf([principal('5', [right('A'), right('A', { scope: '2' }), right('B', { scope: '2' })])]),
      rulesOf(rule),
      AS_OF,
    );
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({
      fields: { scope: '1' },
      matched: ['A @ 1', 'without B @ 1'],
      because: [
        { scope: '1', note: 'does not hold B' },
        { scope: '1', role: '7', permission: 'A' },
      ],
    });
  });
});

describe('what may be held through a group that nobody can look into', () => {
  const LACKS = 'match: { must_have: [A] }\ncombine: all-scopes';
  const holding = (id: string, more: Partial<JudgedPrincipal>) =>
    principal(id, [right('A')], { origin: 'directory', ...more });
  const group = holding('8', { kind: 'ldap-group', members: { count: 2, known: false } });
  const bob = principal('5', [right('B')], { origin: 'directory', kind: 'directory-user' });

  it('is not known to be missing, of somebody who may be in it', () => {
    expect(assessed(LACKS, [bob, group])).toMatchObject({ broken: [], unassessable: 1 });
  });

  it('is missing, if only people or units hold it whose members are known', () => {
    const unit = holding('9', { kind: 'ldap-ou', members: { count: 2, known: true } });
    expect(assessed(LACKS, [bob, unit, holding('6', {})])).toMatchObject({ broken: ['5'], unassessable: 0 });
  });

  it('is missing of a group itself, which is in no other', () => {
    const other = principal('9', [right('B')], { ...group, id: '9', rights: [right('B')] });
    expect(assessed(LACKS, [other, group])).toMatchObject({ broken: ['9'], unassessable: 0 });
  });

  it('is missing where the rule does not count what the group holds', () => {
    const rule = `applies: { except_scopes: ['1'] }\n${LACKS}`;
    const elsewhere = { ...bob, rights: [right('B', { scope: '2' })] };
    expect(assessed(rule, [elsewhere, group])).toMatchObject({ broken: ['5', '8'], unassessable: 0 });
  });
});

describe('what a role of a name gives, when no catalogue explains it', () => {
  const unknown = principal('5', [right('role:99', { role: '99' }), right('A', { role: null })]);

  it('is not known: it may be the role of that name', () => {
    expect(assessed("match: { any_of: [A], none_of: ['role-named:Owner'] }", [unknown])).toMatchObject({
      broken: [],
      why: 'role 99 is held, and no catalogue says what it gives',
    });
  });

  it('is not asked where roles are named by their ids', () => {
    expect(assessed("match: { any_of: [A], none_of: ['role:7'] }", [unknown]).broken).toEqual(['5']);
  });

  it('resolves nothing while the catalogue was not read', () => {
    const denied = { incomplete: [{ part: 'catalogue', why: 'denied' }] } as const;
    const owners = (name: string) => assessed(`match: { any_of: ['${name}'] }`, [unknown], denied).mayResolve;
    expect([owners('role-named:Owner'), owners('role:7')]).toEqual([false, true]);
  });
});

describe('a rule about roles', () => {
  const role = (id: string, scope: string, ...permissions: string[]): JudgedRole => ({
    ...{ id, name: null, scope, permissions },
  });
  const ROLES = [role('7', '1', 'A', 'B'), role('8', '1', 'B'), role('9', '2', 'A'), role('7', '2', 'C')];
  const judged = (rule: string, roles: readonly JudgedRole[] = ROLES, more: Partial<JudgedState> = {}) =>
    judge(stateOf([], { roles, ...more }), rulesOf(`subject: role\n${rule}`), AS_OF);
  const broken = (rule: string) =>
    judged(rule)
      .violations.map(({ subject }) => subject.id)
      .join(' ');

  it.each([
    ['all, each once however many scopes define it', '', '7 9', 3],
    ['of these ids', "applies: { roles: ['7', '8'] }", '7', 2],
    ['of all other ids', "applies: { except_roles: ['7'] }", '9', 2],
    ['as these scopes define them', "applies: { scopes: ['1'] }", '7', 2],
    ['as all other scopes define them', "applies: { except_scopes: ['1'] }", '9', 2],
  ])('looks at %s', (_, applies, ids, count) => {
    const rule = `${applies}\nmatch: { any_of: [A] }`;
    expect([broken(rule), judged(rule).assessments[0]!.judged]).toEqual([ids, count]);
  });

  it('tells the role, and what of it', () => {
    expect(judged('match: { all_of: [A, B] }').violations).toMatchObject([
      {
        subject: { kind: 'role', id: '7' },
        because: [
          { scope: '1', role: '7', permission: 'A' },
          { scope: '1', role: '7', permission: 'B' },
        ],
      },
    ]);
  });

  it('looks at sources with enough scopes only', () => {
    const scopeNames = new Map([
      ['1', 'Global'],
      ['2', 'Field'],
    ]);
    const count = (least: number): number =>
      judged(`applies: { source_scopes_at_least: ${least} }\nmatch: { any_of: [A] }`, ROLES, { scopeNames })
        .assessments[0]!.judged;
    expect([count(2), count(3)]).toEqual([3, 0]);
  });

  it('takes for latent what lacks a right of the same role', () => {
    const roles = [
      role('a', 'team', 'device-commands.wipe'),
      role('b', 'team', 'device-commands.wipe', 'devices.view'),
    ];
    const ids = (latent: string): string[] => {
      const rules = rulesOfProduct(
        'mambo-emm',
        `subject: role\nlatent: ${latent}\nmatch: { any_of: [device-commands.wipe] }`,
      );
      return judge(stateOf([], { roles, product: 'mambo-emm' }), rules, AS_OF).violations.map(
        ({ subject }) => subject.id,
      );
    };
    expect(ids('exclude')).toEqual(['b']);
    expect(ids('only')).toEqual(['a']);
    expect(ids('include')).toEqual(['a', 'b']);
  });
});
