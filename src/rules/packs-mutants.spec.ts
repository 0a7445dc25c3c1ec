import { shippedRules } from '../../test/support/rule-ground.js';
import { mutantsOf } from '../../test/support/rule-mutants.js';
import { failure } from './checking/test-rules.js';
import { ruleFaults } from './language/rule-faults.js';

describe('the rules that ship', () => {
  it('fail their tests as soon as any part of a condition is another', async () => {
    const { ruleset, ground } = await shippedRules();
    const survivors: string[] = [];
    let killed = 0;
    for (const rule of ruleset.rules) {
      for (const { what, rule: written } of mutantsOf(rule.written, rule.product)) {
        // one that the language refuses is found without a test
        if (ruleFaults(written, rule.product).length > 0) continue;
        const mutant = { ...rule, written };
        if ((written.tests ?? []).some((test) => failure(mutant, test, ground) !== undefined)) killed += 1;
        else survivors.push(`${rule.id}: ${what}`);
      }
    }
    expect(survivors).toEqual([]);
    expect(killed).toBeGreaterThan(5 * ruleset.rules.length);
  });
});
