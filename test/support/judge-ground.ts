/** Small states and rules for tests of judging. */
import type { JudgedPrincipal, JudgedState, Right } from '../../src/access/judged-state.js';
import { type Ruleset, rulesetFrom } from '../../src/rules/ruleset.js';

export const AS_OF = new Date('2026-01-01T00:00:00Z');
const HEAD = [
  'version: 1',
  'title: A rule',
  'severity: high',
  'why: Because.',
  'advice: Do it.',
  'controls: []',
];

/** Rules of EPMM named r0, r1 …, each given by what follows its head. */
export function rulesOf(...bodies: readonly string[]): Ruleset {
  return rulesOfProduct('ivanti-epmm', ...bodies);
}

export function rulesOfProduct(product: string, ...bodies: readonly string[]): Ruleset {
  const files = bodies.map((body, i) => ({
    name: `r${i}.yaml`,
    text: [`id: r${i}`, `product: ${product}`, ...HEAD, body].join('\n'),
  }));
  return rulesetFrom(files, { parameters: {}, disabled: [], risk: [] });
}

export function right(permission: string, more: Partial<Right> = {}): Right {
  return { permission, scope: '1', role: '7', through: null, latent: false, ...more };
}

export function principal(
  id: string,
  rights: readonly Right[],
  more: Partial<JudgedPrincipal> = {},
): JudgedPrincipal {
  const account = {
    kind: 'local-admin',
    key: `k${id}`,
    name: null,
    origin: 'local',
    ownAccount: false,
  } as const;
  return { id, ...account, members: null, attributes: {}, rights, ...more };
}

export function stateOf(
  principals: readonly JudgedPrincipal[],
  more: Partial<JudgedState> = {},
): JudgedState {
  return {
    source: 'hq',
    product: 'ivanti-epmm',
    seq: 1,
    digest: '',
    observedAt: AS_OF,
    principals,
    roles: [],
    scopeNames: new Map([['1', 'Global']]),
    incomplete: [],
    ...more,
  };
}
