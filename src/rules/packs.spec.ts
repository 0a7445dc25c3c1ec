import { readFileSync } from 'node:fs';
import { projectFile } from '../platform/project-files.js';
import { mutantsOf } from '../../test/support/rule-mutants.js';
import { shippedRules } from '../../test/support/rule-ground.js';
import { failure, testRules, type TestGround } from './checking/test-rules.js';
import { lintRules } from './checking/lint-rules.js';
import { ruleFaults } from './language/rule-faults.js';
import type { Ruleset } from './ruleset.js';

let ruleset: Ruleset;
let ground: TestGround;
beforeAll(async () => {
  ({ ruleset, ground } = await shippedRules());
});

describe('the rules that ship', () => {
  it('pass the tests in their files', () => {
    const { results, passed } = testRules(ruleset.rules, ground);
    expect(results.filter((result) => !result.passed)).toEqual([]);
    expect(passed).toBeGreaterThan(ruleset.rules.length);
  });

  it('have nothing for lint to say', () => {
    expect(lintRules(ruleset.rules, ruleset.files, ground.vocabularyOf)).toEqual([]);
  });

  it('are those that the table of controls names', () => {
    const ids = ruleset.rules.map(({ id }) => id);
    const named =
      readFileSync(projectFile('docs', 'controls.md'), 'utf8').match(/`(epmm|mambo)-[a-z-]+`/g) ?? [];
    expect(named.length).toBeGreaterThan(20);
    expect(named.map((name) => name.slice(1, -1)).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('fail their tests as soon as any part of a condition is another', () => {
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
