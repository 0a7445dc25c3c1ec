import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { lintRules } from '../../src/rules/checking/lint-rules.js';
import { testRules } from '../../src/rules/checking/test-rules.js';
import { type RuleFile, parseRules } from '../../src/rules/language/parse-rules.js';
import { CLOSED_RULE } from '../../src/rules/language/rule-schema.js';
import { PROJECT } from './fixture.js';
import { shippedRules } from '../support/rule-ground.js';

/** What the examples of a matcher leave out. */
const HEAD = {
  id: 'example',
  version: 1,
  title: 'An example',
  severity: 'low',
  why: 'To be read.',
  advice: 'Read it.',
  controls: [],
};

const page = (...path: string[]): string => readFileSync(join(PROJECT, 'docs', ...path), 'utf8');
const blocks = (text: string): { info: string[]; body: string }[] =>
  [...text.matchAll(/^( *)```yaml(.*)\n([\s\S]*?)^\1```/gm)].map(([, indent = '', info = '', body = '']) => ({
    info: info.trim().split(' ').filter(Boolean),
    body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));

function examples(): RuleFile[] {
  const parts = blocks(page('rules.md')).map(({ info, body }, i): RuleFile => {
    const [, product, subject = 'principal'] = info;
    const whole = info.length === 0 ? body : stringify({ ...HEAD, subject, ...(parse(body) as object) });
    return { name: `example ${i + 1} of rules.md`, text: whole, product };
  });
  const [rule] = blocks(page('recipes', 'add-a-rule.md'));
  return [...parts, { name: 'add-a-rule.md', text: rule!.body, product: 'mambo-emm' }];
}

describe('the examples in the documentation of rules', () => {
  it('pass their tests and have nothing for lint to say', async () => {
    const { ground } = await shippedRules();
    for (const file of examples()) {
      const rules = parseRules(file);
      const { results } = testRules(rules, ground);
      expect([file.name, results.filter(({ passed }) => !passed)]).toEqual([file.name, []]);
      expect(results.length).toBeGreaterThan(0);
      expect([file.name, lintRules(rules, [file], ground.vocabularyOf)]).toEqual([file.name, []]);
    }
  });

  it('show every matcher, and the page names every other key', () => {
    const shown = examples().flatMap(({ text }) => Object.keys((parse(text) as { match: object }).match));
    const match = CLOSED_RULE as unknown as { shape: { match: { shape: object } } };
    expect(Object.keys(match.shape.match.shape).filter((key) => !shown.includes(key))).toEqual([]);
    const text = page('rules.md');
    const applies = CLOSED_RULE as unknown as { shape: { applies: { unwrap(): { shape: object } } } };
    const keys = [...Object.keys(match.shape), ...Object.keys(applies.shape.applies.unwrap().shape)];
    expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  });
});
