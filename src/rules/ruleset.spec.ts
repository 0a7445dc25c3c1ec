import { readFileSync } from 'node:fs';
import { projectFile } from '../platform/project-files.js';
import { riskTexts } from './loaded-rules.view.js';
import { parseRule } from './language/parse-rules.js';
import { type RulesetSettings, rulesetFrom, rulesetFromDocument } from './ruleset.js';

const RULE = `id: few-wipers
version: 1
title: Few can wipe
severity: high
why: It erases devices.
advice: Take it away.
controls: [NIST 800-53r5 AC-6]
subject: source
match:
  population: { who: [Wipe device], at_most: $most }
parameters:
  most: { description: People., default: 3, min: 1, max: 5 }
`;
const FILE = { name: 'rule.yaml', text: RULE, product: 'ivanti-epmm' };
const PLAIN: RulesetSettings = { parameters: {}, disabled: [], risk: [] };

function faults(text: string, product: string | undefined = 'ivanti-epmm'): string[] {
  try {
    parseRule({ name: 'rule.yaml', text, product });
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    return lines.slice(1);
  }
  return [];
}

describe('a faulty rule', () => {
  it('says where in its file a site set what does not fit', () => {
    const place = (path: readonly PropertyKey[]): string => `rolewatch.yaml:${String(path.length)}:1`;
    const settings = {
      ...PLAIN,
      place,
      parameters: { 'few-wipers': { most: 6 }, nobody: { most: 1 } },
      disabled: [{ rule: 'no-such-rule', reason: 'x' }],
    };
    expect(() => rulesetFrom([FILE], settings)).toThrow(
      /^rolewatch.yaml:4:1 rules.disabled\[0\].rule: no rule.*\nrolewatch.yaml:4:1 rules.parameters.few-wipers.most: must be a whole number from 1 to 5\nrolewatch.yaml:3:1 rules.parameters.nobody: no rule is called/,
    );
  });

  it('has each fault told once, though it is checked as written and with its parameters put in', () => {
    expect(faults(RULE.replace('Few can wipe', 'Few can wipe.'))).toEqual([
      'rule.yaml:3:8 title: must be one line of at most 120 characters without a full stop',
    ]);
  });

  it('is told of in our own words in its tests, too', () => {
    const tests = 'tests:\n  - { name: a, given: { principals: { ci: { owner: 5 } } }, expect: none }\n';
    expect(faults(RULE + tests)).toEqual([
      'rule.yaml:14:52 tests[0].given.principals.ci.owner: must be a text; a number needs quotes',
    ]);
  });
});

describe('a ruleset', () => {
  it('takes what a site sets instead of copying the rule', () => {
    const { rules } = rulesetFrom([FILE], { ...PLAIN, parameters: { 'few-wipers': { most: 5 } } });
    expect(rules[0]).toMatchObject({ values: { most: 5 }, match: { population: { at_most: 5 } } });
  });

  it('leaves out what a site disabled, and says so', () => {
    const disabled = [{ rule: 'few-wipers', reason: 'Wiping needs two people here.' }];
    expect(rulesetFrom([FILE], { ...PLAIN, disabled })).toMatchObject({ rules: [], disabled });
  });

  it.each<[string, Partial<RulesetSettings>, string]>([
    [
      'an unknown rule',
      { parameters: { 'few-wiper': { most: 1 } } },
      'rules.parameters.few-wiper: no rule is called "few-wiper"; did you mean "few-wipers"?',
    ],
    [
      'an unknown parameter',
      { parameters: { 'few-wipers': { mots: 1 } } },
      'rules.parameters.few-wipers.mots: no such parameter; did you mean "most"?',
    ],
    [
      'a value out of range',
      { parameters: { 'few-wipers': { most: 6 } } },
      'rules.parameters.few-wipers.most: must be a whole number from 1 to 5',
    ],
    [
      'a value of another kind',
      { parameters: { 'few-wipers': { most: ['ann'] } } },
      'rules.parameters.few-wipers.most: must be a whole number',
    ],
    [
      'a disabled rule that is none',
      { disabled: [{ rule: 'x', reason: 'y' }] },
      'rules.disabled[0].rule: no rule is called "x"',
    ],
  ])('refuses %s', (_, settings, message) => {
    expect(() => rulesetFrom([FILE], { ...PLAIN, ...settings })).toThrow(message);
  });

  it('refuses an id that is used twice, and names both files', () => {
    const other = { ...FILE, name: 'other.yaml' };
    expect(() => rulesetFrom([FILE, other], PLAIN)).toThrow(
      'other.yaml: rule few-wipers is already in rule.yaml; an id is used once',
    );
  });

  it('lists the faults of all files at once', () => {
    const broken = (name: string) => ({ ...FILE, name, text: RULE.replace('high', 'hihg') });
    expect(() => rulesetFrom([broken('a.yaml'), broken('b.yaml')], PLAIN)).toThrow(
      /^a\.yaml has a fault\na\.yaml:4:11 severity: .*did you mean "high"\?\nb\.yaml has a fault\nb\.yaml:4:11/,
    );
  });

  it('has a digest of everything that decides, and of nothing else', async () => {
    const risk = await riskTexts();
    const digest = (settings: Partial<RulesetSettings>, file = FILE): string =>
      rulesetFrom([file, { ...FILE, name: 'b', text: RULE.replace('few-w', 'b-w') }], {
        ...PLAIN,
        risk,
        ...settings,
      }).digest;
    const plain = digest({});
    expect(digest({}, { ...FILE, name: '/somewhere/else.yaml' })).toBe(plain);
    expect(digest({ risk: [...risk].reverse() })).toBe(plain);
    const others = [
      digest({}, { ...FILE, text: `${RULE}\n` }),
      digest({ parameters: { 'few-wipers': { most: 4 } } }),
      digest({ disabled: [{ rule: 'few-wipers', reason: 'No.' }] }),
      digest({ risk: risk.slice(1) }),
      digest({ risk: risk.map((one) => ({ ...one, site: { roles: {}, permissions: {} } })) }),
    ];
    expect(new Set([plain, ...others]).size).toBe(6);
  });

  it('can be made again from its document', async () => {
    const risk = await riskTexts({
      'ivanti-epmm': { roles: { '99': { tier: 'low', reason: 'Ours.' } }, permissions: {} },
    });
    const ruleset = rulesetFrom([FILE], { parameters: { 'few-wipers': { most: 4 } }, disabled: [], risk });
    const again = rulesetFromDocument(JSON.parse(JSON.stringify(ruleset.document)));
    expect(again.digest).toBe(ruleset.digest);
    expect(again.rules.map(({ digest }) => digest)).toEqual(ruleset.rules.map(({ digest }) => digest));
    expect(again.tiers.get('ivanti-epmm')?.ofRole('99', []).tier).toBe('low');
    expect(() => rulesetFromDocument({ form: 2 })).toThrow('of a form that this program does not know');
  });
});

describe('a faulty rule', () => {
  it('has every fault listed with its place and the nearest known word', () => {
    const text = `id: Few
version: 0
title: Few can wipe
sevrity: high
severity: hihg
why: It erases devices
advice: Take it away.
controls: [NIST 800-53r5 AC-6]
subject: principle
match: { any_off: [Wipe device] }
`;
    expect(faults(text)).toEqual([
      'rule.yaml:1:5 id: must be lower-case letters, digits and hyphens, such as mambo-token-without-owner',
      'rule.yaml:2:10 version: must be a whole number from 1 to 9999',
      'rule.yaml:4:1 sevrity: unknown key; did you mean "severity"?',
      'rule.yaml:5:11 severity: must be one of critical, high, medium, low; did you mean "high"?',
      'rule.yaml:6:6 why: must be a sentence, with its full stop',
      'rule.yaml:9:10 subject: must be one of principal, role, source; did you mean "principal"?',
      'rule.yaml:10:10 match.any_off: unknown key; did you mean "any_of"?',
    ]);
  });

  it.each<[string, string, string, string]>([
    [
      'an expression',
      'subject: source',
      'when: x > 1\nsubject: source',
      'when: "when" is kept for an expression language that does not exist yet; say it with the matchers under "match"',
    ],
    [
      'a parameter nobody declared',
      '$most',
      '$mots',
      'match.population.at_most: no parameter is called "mots"; did you mean "most"?',
    ],
    [
      'a list where a number is due',
      'default: 3, min: 1, max: 5',
      'default: [ann]',
      'match.population.at_most: must be a whole number from 0 to 1000000',
    ],
    [
      'a default out of range',
      'default: 3',
      'default: 9',
      'parameters.most.default: must be a whole number from 1 to 5',
    ],
    [
      'a number without limits',
      'default: 3, min: 1, max: 5',
      'default: 3',
      'parameters.most: a number needs its limits; add min and max',
    ],
    [
      'a framework nobody knows',
      'NIST 800-53r5',
      'NIST 800-53r6',
      'controls[0]: must begin with a framework: NIST 800-53r5, ISO 27001:2022, SOC 2, PCI DSS 4.0, CIS v8.1, DISA STIG, DISA SRG, Site',
    ],
    [
      'a matcher of another subject',
      'subject: source',
      'subject: principal',
      'match.population: does not go with subject principal; there are any_of, all_of, none_of, other_than, at_least, must_have, levels, tier, separation, redundant, age, missing',
    ],
    [
      'a percentage of nothing',
      'at_most:',
      'at_most_percent:',
      'match.population: a percentage needs what it is of; add of: everyone, or a list of rights',
    ],
  ])('%s', (_, from, to, message) => {
    expect(faults(RULE.replace(from, to)).join('\n')).toContain(message);
  });

  it('names levels and areas of the product', () => {
    const text = (levels: string) =>
      RULE.replace(/subject: source[\s\S]*$/, `subject: principal\nmatch:\n  levels: { ${levels} }\n`);
    expect(faults(text("webhook: '>= manage'"), 'mambo-emm')).toEqual([
      'rule.yaml:10:22 match.levels.webhook: no such area; did you mean "webhooks"?',
    ]);
    expect(faults(text("webhooks: '>= mange'"), 'mambo-emm')).toEqual([
      'rule.yaml:10:23 match.levels.webhooks: no such level; did you mean "manage"?',
    ]);
    expect(faults(text("webhooks: 'manage'"), 'mambo-emm')).toEqual([
      'rule.yaml:10:23 match.levels.webhooks: must be a comparison with >=, >, =, < or <=, such as ">= manage"',
    ]);
    expect(faults(text("webhooks: '>= manage'"))).toEqual([
      'rule.yaml:10:23 match.levels.webhooks: no such area; ivanti-epmm has no levels',
    ]);
  });

  it('needs to say what it is for', () => {
    expect(faults(RULE, '')).toEqual([
      'rule.yaml:1:1 product: missing; it must be the product the rule is for, such as ivanti-epmm',
    ]);
  });

  it('survives hostile keys', () => {
    expect(faults(RULE.replace('who:', '__proto__: { polluted: 1 }, who:')).join()).toContain(
      '__proto__: unknown key',
    );
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

it('editors are given the schema that the program checks by', async () => {
  const { ruleJsonSchema } = await import('./language/json-schema.js');
  const checkedIn: unknown = JSON.parse(readFileSync(projectFile('policies', 'rule.schema.json'), 'utf8'));
  expect(checkedIn).toEqual(JSON.parse(JSON.stringify(ruleJsonSchema())));
});
