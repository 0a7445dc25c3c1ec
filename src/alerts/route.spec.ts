import type { Route } from './alerts-config.js';
import { leastTold, type Routable, sharesOf } from './route.js';

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

describe('what is told at least', () => {
  it('is what some route asks for, and never less than high', () => {
    expect(leastTold([])).toBe('high');
    expect(leastTold([route({ severity: 'critical' })])).toBe('high');
    expect(leastTold([route({ severity: 'critical' }), route({ severity: 'medium' })])).toBe('medium');
    expect(leastTold([route({ severity: 'low' }), route({ severity: 'medium' })])).toBe('low');
  });
});
