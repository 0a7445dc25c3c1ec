import type { Route } from './alerts-config.js';
import type { Digest } from './digest-config.js';
import { escalationsOf, leastTold, type Routable, sharesOf } from './route.js';

const route = (changed: Partial<Route>): Route => ({
  ...{ severity: 'high', sources: null, scopes: null, kinds: null, to: ['a@x.example'], hook: null },
  ...changed,
});
const alert = (no: number, changed: Partial<Routable> = {}): Routable => ({
  ...{ no, kind: 'right-gained', severity: 'high', body: { scopes: ['1'] } },
  ...changed,
});
const nos = (routes: readonly Route[], ...alerts: Routable[]) =>
  sharesOf({ routes }, 'hq', alerts).map((s) => s.nos);

describe('a route', () => {
  it.each([
    [
      'severity, at or above',
      route({ severity: 'critical' }),
      [alert(1, { severity: 'critical' })],
      [alert(2)],
    ],
    ['source', route({ sources: ['hq'] }), [alert(1)], []],
    ['another source', route({ sources: ['branch'] }), [], [alert(2)]],
    ['kind', route({ kinds: ['run-failed'] }), [alert(1, { kind: 'run-failed' })], [alert(2)]],
    ['scope', route({ scopes: ['3'] }), [alert(1, { body: { scopes: ['2', '3'] } })], [alert(2)]],
    ['no scope: concerns all', route({ scopes: ['3'] }), [alert(1, { body: {} })], []],
    [
      'scopes of holders',
      route({ scopes: ['3'] }),
      [alert(1, { body: { holders: [{ identity: '1', role: '7', scope: '3', tier: 'high' }] } })],
      [alert(2, { body: { holders: [{ identity: '1', role: '7', scope: '1', tier: 'high' }] } })],
    ],
  ])('asks for %s', (_, one, taken, left) => {
    expect(nos([one], ...taken, ...left)).toEqual(taken.length > 0 ? [taken.map(({ no }) => no)] : []);
  });

  it('gives each recipient one share, whatever routes lead to it, in whatever case', () => {
    const routes = [
      route({ severity: 'critical', hook: 'siem' }),
      route({ to: ['A@x.example', 'b@x.example'], kinds: ['run-failed'] }),
      route({ to: [], hook: 'siem' }),
    ];
    const alerts = [alert(1, { severity: 'critical' }), alert(2, { kind: 'run-failed' }), alert(3)];
    const leaving = { when: 'at-once' };
    expect(sharesOf({ routes }, 'hq', alerts)).toEqual([
      { channel: 'mail', recipient: 'a@x.example', leaving, nos: [1, 2] },
      { channel: 'hook', recipient: 'siem', leaving, nos: [1, 2, 3] },
      { channel: 'mail', recipient: 'b@x.example', leaving, nos: [2] },
    ]);
  });
});

describe('what is about the store as a whole', () => {
  const failing = alert(1, { kind: 'retention-failing', body: { why: 'the disk is full', store: true } });
  const to = (...routes: Route[]) => sharesOf({ routes }, 'hq', [failing]).map(({ recipient }) => recipient);
  const ofHq = route({ sources: ['hq'], to: ['hq@x.example'] });
  const ofBranch = route({ sources: ['branch'], to: ['branch@x.example'] });

  it('goes to whoever hears of all sources', () => {
    expect(to(ofHq, route({}), ofBranch)).toEqual(['a@x.example']);
  });

  it('goes to whoever hears of any, where nobody hears of all, or of such a thing', () => {
    expect(to(ofHq, ofBranch)).toEqual(['hq@x.example', 'branch@x.example']);
    expect(to(ofBranch, route({ kinds: ['run-failed'] }))).toEqual(['branch@x.example']);
  });

  it('goes by severity and kind as anything else', () => {
    expect(to(route({ severity: 'critical' }), route({ ...ofHq, kinds: ['run-failed'] }))).toEqual([]);
  });
});

describe('what is told at least', () => {
  it('is what some route asks for, and never less than high', () => {
    expect(leastTold([])).toBe('high');
    expect(leastTold([route({ severity: 'critical' })])).toBe('high');
    expect(leastTold([route({ severity: 'critical' }), route({ severity: 'medium' })])).toBe('medium');
    expect(leastTold([route({ severity: 'critical' }), { severity: 'medium' }])).toBe('medium');
    expect(leastTold([route({ severity: 'low' }), route({ severity: 'medium' })])).toBe('low');
  });
});

const finding = (rule: string): Partial<Routable> => ({
  kind: 'finding-opened',
  body: {
    finding: { id: '1', rule, title: rule, subject: { kind: 'source', id: 'hq' }, message: '', because: [] },
  },
});

describe('a route by rule', () => {
  it.each([
    [['mambo-token-never-expires'], 'mambo-token-never-expires', true],
    [['mambo-token'], 'mambo-token-never-expires', false],
    [['mambo-*'], 'mambo-token-never-expires', true],
    [['*-expires'], 'mambo-token-never-expires', true],
    [['mambo-*-expires', 'x'], 'mambo-token-never-expires', true],
    [['mambo-*'], 'epmm-mambo-x', false],
    [['*'], 'epmm-few-can-wipe', true],
  ])('%j takes a finding of %s: %s', (rules, rule, taken) => {
    expect(nos([route({ rules })], alert(1, finding(rule)))).toEqual(taken ? [[1]] : []);
  });

  it('takes nothing that is no finding', () => {
    expect(nos([route({ rules: ['*'] })], alert(1), alert(2, { kind: 'run-failed' }))).toEqual([]);
  });
});

describe('a route by role', () => {
  it.each([
    [['Device admin'], true],
    [['7'], true],
    [['device admin'], false],
    [['Device'], false],
  ])('%j is exact: %s', (roles, taken) => {
    const gain = alert(1, { roles: ['7', 'Device admin'] });
    expect(nos([route({ roles })], gain, alert(2, { roles: [] }), alert(3))).toEqual(taken ? [[1]] : []);
  });
});

describe('a digest', () => {
  const daily: Digest = { schedule: { expression: '0 7 * * *', timezone: 'UTC' }, atOnce: 'critical' };
  const weekly: Digest = { schedule: { expression: '0 7 * * 1', timezone: 'UTC' }, atOnce: null };
  const shares = (
    routes: readonly Route[],
    recipients: { address: string; digest: Digest }[],
    ...alerts: Routable[]
  ) =>
    sharesOf({ routes, recipients }, 'hq', alerts).map(({ leaving, nos: of }) => [
      leaving.when === 'digest' ? leaving.schedule.expression : leaving.when,
      of,
    ]);
  const both = [alert(1), alert(2, { severity: 'critical' })];

  it.each([
    [
      'of a route',
      [route({ digest: daily })],
      [],
      [
        ['0 7 * * *', [1]],
        ['at-once', [2]],
      ],
    ],
    ['of a person', [route({})], [{ address: 'A@x.example', digest: weekly }], [['0 7 * * 1', [1, 2]]]],
    [
      'of a route, before that of the person',
      [route({ digest: daily })],
      [{ address: 'a@x.example', digest: weekly }],
      [
        ['0 7 * * *', [1]],
        ['at-once', [2]],
      ],
    ],
    [
      'is not that of somebody else, nor of a hook with the name of a person',
      [route({}), route({ to: [], hook: 'b@x.example' })],
      [{ address: 'b@x.example', digest: weekly }],
      [
        ['at-once', [1, 2]],
        ['at-once', [1, 2]],
      ],
    ],
    [
      'never delays what another route tells at once, whichever is written first',
      [route({}), route({ digest: weekly })],
      [],
      [['at-once', [1, 2]]],
    ],
    [
      'never delays what another route tells at once',
      [route({ digest: weekly }), route({})],
      [],
      [['at-once', [1, 2]]],
    ],
    [
      'is the sooner of two',
      [route({ digest: weekly }), route({ digest: daily })],
      [],
      [
        ['0 7 * * *', [1]],
        ['at-once', [2]],
      ],
    ],
  ] as const)('%s', (_, routes, recipients, expected) => {
    expect(shares(routes, [...recipients], ...both)).toEqual(expected);
  });
});

describe('an escalation', () => {
  it('has a share for each step and recipient, of what is bad enough', () => {
    const steps = [
      { afterMinutes: 30, to: ['b@x.example'], hook: null },
      { afterMinutes: 60, to: ['c@x.example'], hook: 'pager' },
    ];
    const alerts = [alert(1), alert(2, { severity: 'critical' })];
    expect(
      escalationsOf({ severity: 'critical', steps }, alerts).map(({ recipient, leaving, nos: of }) => [
        recipient,
        leaving,
        of,
      ]),
    ).toEqual([
      ['b@x.example', { when: 'unacknowledged', step: 1, afterMs: 1_800_000 }, [2]],
      ['c@x.example', { when: 'unacknowledged', step: 2, afterMs: 3_600_000 }, [2]],
      ['pager', { when: 'unacknowledged', step: 2, afterMs: 3_600_000 }, [2]],
    ]);
    expect(escalationsOf(null, alerts)).toEqual([]);
  });
});
