import fc from 'fast-check';
import type { Verdicts } from '../rules/verdicts.js';
import { verdictsDigest, verdictsDigestInSteps } from './judge.js';

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
