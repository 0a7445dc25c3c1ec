/** What is probably a mistake in a rule although it can be read: names nobody knows, conditions that never come true, no tests. */
import { didYouMean } from '../../platform/config/nearest.js';
import { type Path, YamlDocument } from '../../platform/config/yaml-document.js';
import { controlOf, FRAMEWORKS } from '../language/controls.js';
import { referencesOf, type RuleFault } from '../language/parameters.js';
import type { ParsedRule, RuleFile } from '../language/parse-rules.js';
import { withValues } from '../ruleset.js';
import { neverFaults } from './lint-never.js';
import { rightsInTests, rightsNamed, type NamedRight } from './named-rights.js';
import type { Vocabulary } from './vocabulary.js';

export interface LintFault {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `match.any_of[0]`, from the rule. */
  readonly where: string;
  readonly message: string;
}

/** Every probable mistake, in the order of files and lines. */
export function lintRules(
  rules: readonly ParsedRule[],
  files: readonly RuleFile[],
  vocabularyOf: (product: string) => Vocabulary,
): LintFault[] {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  const read = new Map<string, YamlDocument>();
  const documentOf = (name: string): YamlDocument => {
    const document = read.get(name) ?? new YamlDocument(texts.get(name) ?? '');
    read.set(name, document);
    return document;
  };
  const faults = rules.flatMap((rule) =>
    faultsOf(rule, vocabularyOf(rule.product)).map(({ path, message }): LintFault => {
      const { line, column } = documentOf(rule.file).locate([...rule.path, ...path]);
      const where = shownPath(path);
      return { rule: rule.written.id, file: rule.file, line, column, where, message };
    }),
  );
  const order = new Map(files.map(({ name }, i) => [name, i]));
  return faults.sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}

function faultsOf(rule: ParsedRule, vocabulary: Vocabulary): RuleFault[] {
  return [
    ...rightsNamed(rule.written).flatMap((name) => nameFaults(name, vocabulary)),
    ...rightsInTests(rule.written).flatMap((name) => nameFaults(name, vocabulary)),
    ...controlFaults(rule),
    ...neverFaults(withValues(rule)),
    ...unusedFaults(rule),
    ...testFaults(rule),
  ];
}

/** `role:`, `role-named:` or nothing, and what it names. */
const NAMED = /^(role:|role-named:)?(.*)$/s;

function nameFaults({ path, name }: NamedRight, { permissions, roles }: Vocabulary): RuleFault[] {
  const [, prefix = '', word = ''] = NAMED.exec(name) ?? [];
  if (word === '')
    return [{ path, message: `"${name}" names nothing; write what it is called after the colon` }];
  if (word.slice(0, -1).includes('*'))
    return [
      { path, message: `"${name}" means nothing: a star stands at the end, and there are no other patterns` },
    ];
  const known =
    prefix === ''
      ? permissions
      : prefix === 'role:'
        ? [...roles.keys()]
        : [...roles.values()].map((role) => role.name);
  // where every site has its own roles, none is wrong
  if (known.length === 0 || isKnown(word, known)) return [];
  const what = prefix === '' ? 'permission' : 'role';
  const roleMeant = [...roles].find(([id, role]) => role.name === word || id === word);
  // numbers are near each other without meaning the same
  const near = /^\d+$/.test(word) ? `; there are ${known.join(', ')}` : didYouMean(word, known);
  const hint = roleMeant === undefined ? near : `; did you mean "role:${roleMeant[0]}"?`;
  return [{ path, message: `no ${what} "${word}" is known${hint}` }];
}

function isKnown(word: string, known: readonly string[]): boolean {
  if (!word.endsWith('*')) return known.includes(word);
  return known.some((one) => one.startsWith(word.slice(0, -1)));
}

function controlFaults({ written }: ParsedRule): RuleFault[] {
  return written.controls.flatMap((text, i) => {
    const control = controlOf(text);
    const known = FRAMEWORKS.get(control?.framework ?? '') ?? [];
    if (control === undefined || known.length === 0 || known.includes(control.id)) return [];
    const message = `${control.framework} has no control "${control.id}" that is known here`;
    const hint = didYouMean(control.id, known) || '; cite what is not listed as "Site …"';
    return [{ path: ['controls', i], message: message + hint }];
  });
}

function unusedFaults({ written }: ParsedRule): RuleFault[] {
  const used = new Set(referencesOf(written).map(({ name }) => name));
  return Object.keys(written.parameters ?? {})
    .filter((name) => !used.has(name))
    .map((name) => ({
      path: ['parameters', name],
      message: `is used nowhere; write $${name} where it counts`,
    }));
}

function testFaults({ written }: ParsedRule): RuleFault[] {
  const tests = written.tests ?? [];
  const path: Path = tests.length === 0 ? [] : ['tests'];
  const missing = (what: string): RuleFault => ({ path, message: `has no test ${what}` });
  if (written.match.not_assessable !== undefined)
    return tests.length === 0 ? [missing('; add one that expects "unassessable"')] : [];
  return [
    ...(tests.some(({ expect }) => Array.isArray(expect))
      ? []
      : [missing('in which somebody breaks the rule')]),
    ...(tests.some(({ expect }) => expect === 'none') ? [] : [missing('in which nobody does: expect: none')]),
  ];
}

function shownPath(path: Path): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${String(key)}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
