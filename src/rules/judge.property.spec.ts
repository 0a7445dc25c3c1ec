import fc from 'fast-check';
import { AS_OF, principal, right, rulesOf, stateOf } from '../../test/support/judge-ground.js';
import type { JudgedPrincipal, JudgedState, Right } from '../access/judged-state.js';
import { canonicalBytes } from '../platform/canonical.js';
import { judge } from './judge.js';
import type { Rule } from './ruleset.js';
import type { Violation } from './verdicts.js';

/** By what they look at; in each of the two first groups, `A`, `B` and `C` are single permissions. */
const PRESENCE = [
  'match: { any_of: [A, B] }',
  'match: { all_of: [A, B] }',
  'match: { at_least: { n: 2, of: [A, B, C] } }',
  'match: { other_than: [A] }',
  'match: { separation: { sets: { one: [A], other: [B, C] } } }',
  "match: { any_of: ['role:7'] }",
  'match: { any_of: [A] }\nfields: [scope]',
  'match: { all_of: [A, B] }\ncombine: all-scopes',
  "match: { any_of: ['*'] }\napplies: { scopes: ['2'] }",
];
const ABSENCE = [
  'match: { must_have: [A, B] }',
  'match: { none_of: [A, B] }\ncombine: all-scopes',
  'match: { must_have: [C] }\ncombine: all-scopes',
];
const SOURCE = [
  'match: { population: { who: [A], count: principals, at_most: 1 } }',
  'match: { population: { who: [A], count: principals, at_least: 2 } }',
  'match: { population: { who: [A], count: principals, at_most_percent: 50, of: [B] } }',
];
const principalRules = (bodies: readonly string[]) => bodies.map((body) => `subject: principal\n${body}`);
const RULESET = rulesOf(
  ...principalRules(PRESENCE),
  ...principalRules(ABSENCE),
  ...SOURCE.map((body) => `subject: source\n${body}`),
);
const number = ({ id }: Pick<Rule, 'id'>): number => Number(id.slice(1));
const isPresence = (rule: Pick<Rule, 'id'>): boolean => number(rule) < PRESENCE.length;
const isOfPrincipals = (rule: Pick<Rule, 'id'>): boolean => number(rule) < PRESENCE.length + ABSENCE.length;

const rights: fc.Arbitrary<Right[]> = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('1', '2'), fc.constantFrom('7', '8'))
    .map(([permission, scope, role]) => right(permission, { scope, role })),
  { maxLength: 4, selector: (one) => JSON.stringify(one) },
);
const crowd: fc.Arbitrary<JudgedPrincipal[]> = fc
  .uniqueArray(fc.nat(120), { maxLength: 5 })
  .chain((ids) => fc.tuple(...ids.map((id) => rights.map((held) => principal(String(id), held)))));

const judged = (people: readonly JudgedPrincipal[], rules: readonly Rule[] = RULESET.rules) =>
  judge(stateOf(people), { ...RULESET, rules }, AS_OF);
const bytes = (value: unknown): string => canonicalBytes(value).toString();
const ruleOf = ({ rule }: Violation) => ({ id: rule });
const broken = (violations: readonly Violation[]): Set<string> =>
  new Set(violations.map(({ rule, subject }) => `${rule} ${subject.id}`));

describe('laws of judging', () => {
  it('the order of principals, rights and rules says nothing', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const turned = people.map((one) => ({ ...one, rights: [...one.rights].reverse() })).reverse();
        expect(bytes(judged(turned, [...RULESET.rules].reverse()))).toBe(bytes(judged(people)));
      }),
    );
  });

  it('each rule is judged as if it were the only one', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const alone = RULESET.rules.map((rule) => judged(people, [rule]));
        const together = judged(people);
        expect(together.violations).toHaveLength(alone.flatMap(({ violations }) => violations).length);
        expect(new Set(together.violations.map(bytes))).toEqual(
          new Set(alone.flatMap(({ violations }) => violations.map(bytes))),
        );
        expect(new Set(together.assessments.map(bytes))).toEqual(
          new Set(alone.flatMap(({ assessments }) => assessments.map(bytes))),
        );
      }),
    );
  });

  it('what a principal breaks depends on nobody else', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const all = judged(people).violations.filter((one) => isOfPrincipals(ruleOf(one)));
        const each = people.flatMap((one) =>
          judged([one]).violations.filter((violation) => isOfPrincipals(ruleOf(violation))),
        );
        expect(all.map(bytes).sort()).toEqual(each.map(bytes).sort());
      }),
    );
  });

  it('violations come in the order of rules and then of subjects, ids by their number', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const places = judged(people).violations.map((one): [string, number] => [
          one.rule,
          Number(one.subject.id) || 0,
        ]);
        const sorted = [...places].sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
        expect(places).toEqual(sorted);
      }),
    );
  });

  it('more rights never mend a rule of presence, and what was matched stays matched', () => {
    fc.assert(
      fc.property(rights, rights, (few, others) => {
        const before = judged([principal('5', few)]).violations.filter((one) => isPresence(ruleOf(one)));
        const after = judged([principal('5', [...few, ...others])]).violations;
        for (const { rule, fields, matched } of before) {
          const same = after.filter((one) => one.rule === rule && bytes(one.fields) === bytes(fields));
          expect(same).toHaveLength(1);
          expect(same[0]?.matched).toEqual(expect.arrayContaining([...matched]));
        }
      }),
    );
  });

  it('more rights never break a rule of absence over all scopes', () => {
    fc.assert(
      fc.property(rights, rights, (few, others) => {
        const absence = RULESET.rules.filter((rule) => !isPresence(rule) && isOfPrincipals(rule));
        const all = absence.filter(({ combine }) => combine === 'all-scopes');
        const before = broken(judged([principal('5', few)], all).violations);
        for (const one of broken(judged([principal('5', [...few, ...others])], all).violations))
          expect(before.has(one)).toBe(true);
      }),
    );
  });

  it('a right without effect never satisfies a rule, unless the rule asks for it', () => {
    const latent = rulesOf(
      "subject: principal\nmatch: { any_of: ['*'] }",
      "subject: principal\nmatch: { any_of: ['*'] }\nlatent: include",
      "subject: principal\nmatch: { any_of: ['*'] }\nlatent: only",
    );
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (without) => {
        const held = without.map((is, i) => right('ABCD'[i]!, { latent: is }));
        const { violations } = judge(stateOf([principal('5', held)]), latent, AS_OF);
        const matched = (rule: string) => violations.find((one) => one.rule === rule)?.matched ?? [];
        const names = (is: (flag: boolean) => boolean) =>
          held.filter((one) => is(one.latent)).map(({ permission }) => `${permission} @ 1`);
        expect(matched('r0')).toEqual(names((is) => !is));
        expect(matched('r1')).toEqual(names(() => true));
        expect(matched('r2')).toEqual(names((is) => is));
      }),
    );
  });

  it('each matcher says what its words say, scope by scope', () => {
    const said: ((has: (name: string) => boolean) => boolean)[] = [
      (has) => has('A') || has('B'),
      (has) => has('A') && has('B'),
      (has) => ['A', 'B', 'C'].filter(has).length >= 2,
      (has) => has('B') || has('C'),
      (has) => has('A') && (has('B') || has('C')),
    ];
    const lacks = (has: (name: string) => boolean): boolean => !has('A') || !has('B');
    fc.assert(
      fc.property(rights, (held) => {
        const scopes = ['1', '2'].filter((scope) => held.some((one) => one.scope === scope));
        const within = (scope: string) => (name: string) =>
          held.some((one) => one.permission === name && one.scope === scope);
        const anywhere = (name: string): boolean => held.some((one) => one.permission === name);
        const { violations } = judged([principal('5', held)]);
        const isBroken = (rule: number): boolean => violations.some((one) => one.rule === `r${rule}`);
        said.forEach((so, i) => {
          expect([i, isBroken(i)]).toEqual([i, scopes.some((scope) => so(within(scope)))]);
        });
        expect(isBroken(5)).toBe(held.some(({ role }) => role === '7'));
        expect(isBroken(7)).toBe(anywhere('A') && anywhere('B'));
        expect(isBroken(8)).toBe(held.some(({ scope }) => scope === '2'));
        const first = PRESENCE.length;
        // who holds nothing at all holds none of it either
        expect(isBroken(first)).toBe(held.length === 0 || scopes.some((scope) => lacks(within(scope))));
        expect(isBroken(first + 1)).toBe(!anywhere('A') && !anywhere('B'));
        expect(isBroken(first + 2)).toBe(!anywhere('C'));
      }),
    );
  });

  it('a violation for each value of a field, and its reasons are of that value', () => {
    fc.assert(
      fc.property(rights, (held) => {
        const { violations } = judged([principal('5', held)]);
        const parts = violations.filter(({ rule }) => rule === 'r6');
        const scopes = [
          ...new Set(held.filter(({ permission }) => permission === 'A').map(({ scope }) => scope)),
        ];
        expect(parts.map(({ fields }) => fields['scope'])).toEqual(scopes.sort());
        for (const { fields, because } of parts)
          expect(new Set(because.map(({ scope }) => scope))).toEqual(new Set([fields['scope']]));
      }),
    );
  });

  it('a population is too large or too small exactly if its holders are', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const holders = (name: string): number =>
          people.filter((one) => one.rights.some(({ permission }) => permission === name)).length;
        const [a, b] = [holders('A'), holders('B')];
        const rules = new Set(judged(people).violations.map(({ rule }) => rule));
        const first = PRESENCE.length + ABSENCE.length;
        expect(rules.has(`r${first}`)).toBe(a > 1);
        expect(rules.has(`r${first + 1}`)).toBe(a < 2);
        expect(rules.has(`r${first + 2}`)).toBe((100 * a) / Math.max(b, a, 1) > 50);
      }),
    );
  });

  it('what is judged adds up: broken subjects are counted once each, and nobody is left out', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const { violations, assessments } = judged(people);
        for (const { rule, judged: seen, violated, unassessable } of assessments) {
          const subjects = new Set(
            violations.filter((one) => one.rule === rule).map(({ subject }) => subject.id),
          );
          expect(violated).toBe(subjects.size);
          expect(unassessable).toBe(0);
          expect(seen).toBe(isOfPrincipals({ id: rule }) ? people.length : 1);
        }
        expect(assessments).toHaveLength(RULESET.rules.length);
      }),
    );
  });

  it('on data that are not whole, presence opens as before, absence not at all, and only absence resolves', () => {
    const parts: JudgedState['incomplete'] = [{ part: 'principals', why: 'denied' }];
    fc.assert(
      fc.property(crowd, (people) => {
        const whole = judged(people).violations.filter((one) => isPresence(ruleOf(one)));
        const { violations, assessments } = judge(stateOf(people, { incomplete: parts }), RULESET, AS_OF);
        const ofPrincipals = violations.filter((one) => isOfPrincipals(ruleOf(one)));
        expect(ofPrincipals.map(bytes)).toEqual(whole.map(bytes));
        for (const { rule, mayResolve, why } of assessments) {
          if (!isOfPrincipals({ id: rule })) continue;
          expect(mayResolve).toBe(!isPresence({ id: rule }));
          if (isPresence({ id: rule })) expect(why).toBe('principals: denied');
        }
      }),
    );
  });

  it('names and keys of people change nothing but what asks for them', () => {
    fc.assert(
      fc.property(crowd, fc.string(), (people, name) => {
        const renamed = people.map((one) => ({ ...one, name, key: `x${one.key ?? ''}` }));
        expect(bytes(judged(renamed))).toBe(bytes(judged(people)));
      }),
    );
  });
});
