import fc from 'fast-check';
import { AS_OF, principal, right, rulesOfProduct, stateOf } from '../../../test/support/judge-ground.js';
import type { PrincipalAttributes, Right } from '../../access/judged-state.js';
import { MAMBO_LADDERS } from '../../access/mambo-emm.js';
import { RiskTiers } from '../../access/risk.js';
import { judge } from '../judge.js';

const TIERS = new RiskTiers(
  '',
  new Map([['7', { tier: 'medium', reason: 'R.' }]]),
  new Map(
    (['critical', 'high', 'medium', 'low', 'protective'] as const).map((tier) => [
      tier,
      { tier, reason: 'R.' },
    ]),
  ),
  true,
);

/** What comes of one rule of mambo EMM about one principal. */
function judged(rule: string, rights: readonly Right[], attributes: PrincipalAttributes = {}, asOf = AS_OF) {
  const { rules } = rulesOfProduct('mambo-emm', `subject: principal\n${rule}`);
  const state = stateOf([principal('5', rights, { attributes })], { product: 'mambo-emm' });
  const { violations, assessments } = judge(state, { rules, tiers: new Map([['mambo-emm', TIERS]]) }, asOf);
  return {
    violations,
    fact: violations[0]?.message.slice('A rule. Not so: '.length),
    why: assessments[0]!.why,
  };
}
const single = (permission: string, more: Partial<Right> = {}) => right(permission, { role: null, ...more });
const ofRole = (role: string, ...permissions: string[]) =>
  permissions.map((permission) => right(permission, { role }));

describe('levels', () => {
  const atLevel = (comparison: string, ...rights: Right[]) =>
    judged(`match: { levels: { webhooks: '${comparison}' } }`, rights);

  it('are told with the rights of the area, and no others', () => {
    const { violations } = atLevel(
      '>= view',
      single('webhooks.manage'),
      single('webhooks.view'),
      single('team.view'),
    );
    expect(violations[0]).toMatchObject({
      message: 'A rule. Not so: webhooks at level manage.',
      matched: ['webhooks.manage @ 1', 'webhooks.view @ 1'],
    });
  });

  it('of an area of which nothing is held are below every level', () => {
    const { violations } = atLevel('< view', single('team.view'));
    expect(violations[0]).toMatchObject({
      message: 'A rule. Not so: holds nothing of webhooks.',
      because: [{ note: 'holds nothing of webhooks' }],
      matched: ['holds nothing of webhooks'],
    });
  });

  it('may be higher where a role is held that no catalogue explains: that they are low is not known', () => {
    const hidden = right('role:99', { role: '99' });
    const why = 'role 99 is held, and no catalogue says what it gives';
    expect(atLevel('< view', hidden)).toMatchObject({ violations: [], why });
    expect(atLevel('= view', single('webhooks.view'), hidden)).toMatchObject({ violations: [], why });
    expect(atLevel('>= view', single('webhooks.view'), hidden).violations).toHaveLength(1);
    expect(atLevel('> view', single('webhooks.manage'), hidden).violations).toHaveLength(1);
  });
});

describe('a risk tier', () => {
  const tier = (said: string, ...rights: Right[]) => judged(`match: { tier: { ${said} } }`, rights);
  const ALL = ['critical', 'high', 'medium', 'low', 'protective', 'unheard-of'].map((name) => single(name));

  it.each([
    ['of: permission, at_least: critical', ['critical']],
    ['of: permission, at_least: high', ['critical', 'high', 'unheard-of']],
    ['of: permission, at_least: low', ['critical', 'high', 'low', 'medium', 'unheard-of']],
    ['of: permission, is: [protective, unclassified]', ['protective', 'unheard-of']],
  ])('%s', (said, names) => {
    const { violations, fact } = tier(said, ...ALL);
    expect(violations[0]!.matched).toEqual(names.map((name) => `${name} @ 1`));
    expect(fact).toBe(`holds ${names.join(', ')}.`);
  });

  it('is told with each right', () => {
    expect(tier('of: permission, at_least: critical', ...ALL).violations[0]!.because).toEqual([
      { scope: '1', permission: 'critical', note: 'critical' },
    ]);
    expect(tier('of: permission, at_least: critical', single('high')).violations).toEqual([]);
  });

  it('of a role is that of the worst it gives in a scope, whatever is held beside it', () => {
    const { violations, fact } = tier(
      'of: role, at_least: high',
      ...ofRole('8', 'low', 'high'),
      ...ofRole('9', 'low'),
      right('low', { role: '8', scope: '2' }),
      single('critical'),
    );
    expect(violations[0]).toMatchObject({
      because: [{ scope: '1', role: '8', note: 'high' }],
      matched: ['role 8 @ 1'],
    });
    expect(fact).toBe('holds role 8.');
    expect(tier('of: role, is: [medium]', ...ofRole('7', 'low')).violations).toHaveLength(1);
    expect(tier('of: role, at_least: low', single('critical')).violations).toEqual([]);
  });
});

describe('a role that another one covers', () => {
  const redundant = (said: string, ...rights: Right[]) => judged(`match: { redundant: ${said} }`, rights);

  it('is told with the one that covers it', () => {
    const { violations, fact } = redundant('{}', ...ofRole('8', 'A'), ...ofRole('9', 'A', 'B'));
    expect(violations[0]).toMatchObject({
      because: [{ scope: '1', role: '8', note: 'covered by role 9' }],
      matched: ['role 8 @ 1'],
    });
    expect(fact).toBe('role 8 is covered by role 9.');
  });

  it('is none, where the other gives less, gives it in another scope, or is not looked at', () => {
    expect(redundant('{}', ...ofRole('8', 'A', 'C'), ...ofRole('9', 'A', 'B')).violations).toEqual([]);
    expect(redundant('{}', ...ofRole('8', 'A'), right('A', { role: '9', scope: '2' })).violations).toEqual(
      [],
    );
    expect(redundant("{ ignore: ['8'] }", ...ofRole('8', 'A'), ...ofRole('9', 'A', 'B')).violations).toEqual(
      [],
    );
    expect(redundant("{ ignore: ['9'] }", ...ofRole('8', 'A'), ...ofRole('9', 'A', 'B')).violations).toEqual(
      [],
    );
    expect(redundant('{}', ...ofRole('8', 'A'), single('A')).violations).toEqual([]);
  });

  it('is none, where no catalogue says what it gives', () => {
    expect(redundant('{}', ...ofRole('8', 'role:8'), ...ofRole('9', 'role:8', 'B')).violations).toEqual([]);
    // of one scope the catalogue has it, of another not: combined, nothing can be said either
    const both = ofRole('8', 'role:8', 'A');
    expect(redundant('{}', ...both, ...ofRole('9', 'role:8', 'A', 'B')).violations).toEqual([]);
  });

  it('is none that can be given up, where it is held through a unit only', () => {
    const ops = { id: '9', name: 'Ops' };
    const through = ofRole('8', 'A').map((one) => ({ ...one, through: ops }));
    expect(redundant('{}', ...through, ...ofRole('9', 'A', 'B')).violations).toEqual([]);
    expect(
      redundant('{}', ...through, ...ofRole('8', 'A'), ...ofRole('9', 'A', 'B')).violations,
    ).toHaveLength(1);
    // what a unit gives makes a role of one's own superfluous all the same
    expect(redundant('{}', ...ofRole('9', 'A'), ...through).violations).toHaveLength(1);
  });
});

describe('the age of something', () => {
  const days = (n: number): Date => new Date(AS_OF.getTime() - n * 86_400_000);
  const age = (said: string, attributes: PrincipalAttributes) =>
    judged(`match: { age: { ${said} } }`, [], attributes);
  const ROTATED = 'attribute: lastRotatedAt, otherwise: createdAt, older_than_days: 90';

  it('is told with the day, and accepted without it', () => {
    const { violations } = age(`${ROTATED}, missing: ignored`, { lastRotatedAt: days(91) });
    expect(violations[0]).toMatchObject({
      because: [{ note: 'lastRotatedAt 2025-10-02: more than 90 days ago' }],
      matched: ['lastRotatedAt more than 90 days ago'],
    });
  });

  it('is that of the second date only where the first is not stated', () => {
    const both = { lastRotatedAt: days(1), createdAt: days(91) };
    expect(age(`${ROTATED}, missing: ignored`, both).violations).toEqual([]);
    expect(age(`${ROTATED}, missing: ignored`, { createdAt: days(91) }).fact).toContain(
      'createdAt 2025-10-02',
    );
  });

  it('of what is not stated is what the rule says', () => {
    const missing = (word: string) => age(`${ROTATED}, missing: ${word}`, {});
    expect(missing('violated').violations[0]).toMatchObject({
      message: 'A rule. Not so: lastRotatedAt not stated.',
      because: [{ note: 'lastRotatedAt not stated' }],
      matched: ['lastRotatedAt not stated'],
    });
    expect(missing('unassessable')).toMatchObject({ violations: [], why: 'lastRotatedAt not stated' });
    expect(missing('ignored')).toEqual({ violations: [], fact: undefined, why: undefined });
  });

  it('counts ahead as it counts back, and what is past is past', () => {
    const ahead = (n: number) =>
      age('attribute: expiresAt, later_than_days: 90, missing: ignored', { expiresAt: days(-n) });
    expect(ahead(91).fact).toBe('expiresAt 2026-04-02: more than 90 days ahead.');
    expect(ahead(90).violations).toEqual([]);
    const past = (n: number) =>
      age('attribute: expiresAt, past: true, missing: ignored', { expiresAt: days(n) });
    expect(past(1).fact).toBe('expiresAt 2025-12-31: past.');
    expect([past(0).violations, past(-1).violations]).toEqual([[], []]);
  });

  it('is none where only its being stated is asked for', () => {
    const stated = 'attribute: expiresAt, missing: violated';
    expect(age(stated, { expiresAt: days(1) }).violations).toEqual([]);
    expect(age(stated, {}).violations).toHaveLength(1);
  });
});

it('what is not stated is told one by one', () => {
  const { violations, fact } = judged('match: { missing: [owner, createdBy, createdAt] }', [], {
    createdBy: '  ',
    createdAt: AS_OF,
  });
  expect(violations[0]!.matched).toEqual(['createdBy not stated', 'owner not stated']);
  expect(fact).toBe('createdBy not stated, owner not stated.');
  expect(judged('match: { missing: [owner] }', [], { owner: 'ann' }).violations).toEqual([]);
});

describe('laws of matchers', () => {
  it('of the roles that one holds directly, giving up those that are told takes no right away', () => {
    const roles = fc.dictionary(
      fc.constantFrom('7', '8', '9', '10'),
      fc.subarray(['A', 'B', 'C'], { minLength: 1 }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(roles, (held) => {
        const rights = Object.entries(held).flatMap(([role, permissions]) => ofRole(role, ...permissions));
        const { violations } = judged('match: { redundant: {} }', rights);
        const told = new Set(violations.flatMap(({ because }) => because.map(({ role }) => role)));
        const kept = Object.entries(held).filter(([role]) => !told.has(role));
        expect(new Set(kept.flatMap(([, all]) => all))).toEqual(new Set(Object.values(held).flat()));
        // and none of those that stay is covered by another of them
        for (const [role, all] of kept)
          for (const [other, more] of kept)
            if (other !== role) expect(all.every((one) => more.includes(one))).toBe(false);
      }),
    );
  });

  it('a level is compared by its height on the ladder', () => {
    const ladder = MAMBO_LADDERS.webhooks.slice(1);
    const comparisons = ['>=', '>', '=', '<', '<='] as const;
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(...comparisons),
        (held, asked, operator) => {
          const rights = ladder.slice(0, held).map((level) => single(`webhooks.${level}`));
          const { violations } = judged(
            `match: { levels: { webhooks: '${operator} ${ladder[asked - 1]}' } }`,
            rights,
          );
          const so = {
            '>=': held >= asked,
            '>': held > asked,
            '=': held === asked,
            '<': held < asked,
            '<=': held <= asked,
          };
          expect(violations.length > 0).toBe(so[operator]);
        },
      ),
    );
  });

  it('what is too old stays too old, from the moment after its last day', () => {
    const rule = 'match: { age: { attribute: createdAt, older_than_days: 2, missing: ignored } }';
    const hours = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(hours, (n) => {
        const at = (milliseconds: number) => new Date(AS_OF.getTime() + n * 3_600_000 + milliseconds);
        const isOld = (asOf: Date) => judged(rule, [], { createdAt: AS_OF }, asOf).violations.length > 0;
        expect(isOld(at(0))).toBe(n > 48);
        expect(isOld(at(1))).toBe(n >= 48);
      }),
    );
  });
});
