import fc from 'fast-check';
import type { Verdicts } from '../rules/verdicts.js';
import { rulesetDigest, verdictsDigest, verdictsDigestInSteps } from './judge.js';

const violation = fc.record({
  rule: fc.string(),
  severity: fc.constantFrom('high', 'low'),
  subject: fc.record({ kind: fc.constant('principal'), id: fc.nat().map(String) }),
  fields: fc.dictionary(fc.string(), fc.string()),
  message: fc.string({ unit: 'grapheme' }),
  because: fc.array(fc.record({ note: fc.string() })),
  matched: fc.array(fc.string()),
});
const verdicts = fc.record({
  violations: fc.array(violation),
  assessments: fc.array(
    fc.record({ rule: fc.string(), judged: fc.nat(), why: fc.constantFrom(undefined, 'x') }),
  ),
}) as unknown as fc.Arbitrary<Verdicts>;

describe('the digest of verdicts', () => {
  it('taken in steps is the same', () => {
    fc.assert(
      fc.property(verdicts, (one) => {
        const steps = verdictsDigestInSteps(one);
        let step = steps.next();
        while (!step.done) step = steps.next();
        expect(step.value).toBe(verdictsDigest(one));
      }),
    );
  });
});

it('the digest of a ruleset is that of its document, in whatever order its keys stand', () => {
  const document = { form: 1, rules: ['a', 'b'] };
  // printf '{"form":1,"rules":["a","b"]}' | sha256sum
  expect(rulesetDigest(document)).toBe('8039e97f6e256ec4ab20570ea64b11de93db819a3a2fa56d043d38620d1a35d8');
  expect(rulesetDigest({ rules: ['a', 'b'], form: 1 })).toBe(rulesetDigest(document));
});

describe('taking the digest of verdicts in steps', () => {
  it('pauses once for every hundred violations', () => {
    const one = { rule: 'r', severity: 'high', subject: { kind: 'source', id: 'hq' }, fields: {} } as const;
    const told = { ...one, message: 'm', because: [], matched: [] };
    const pauses = (n: number): number => {
      const steps = verdictsDigestInSteps({
        assessments: [],
        violations: Array.from({ length: n }, () => told),
      });
      let count = 0;
      while (!steps.next().done) count += 1;
      return count;
    };
    expect([0, 100, 101, 350].map(pauses)).toEqual([0, 1, 2, 4]);
  });
});
