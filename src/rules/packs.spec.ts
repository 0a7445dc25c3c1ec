import { readFileSync } from 'node:fs';
import { projectFile } from '../platform/project-files.js';
import { shippedRules } from '../../test/support/rule-ground.js';
import { testRules, type TestGround } from './checking/test-rules.js';
import { lintRules } from './checking/lint-rules.js';
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
});
