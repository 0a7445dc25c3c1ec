/** Rules and what checking them found, for people. */
import type { LintFault } from './checking/lint-rules.js';
import type { TestReport } from './checking/test-rules.js';
import type { DisabledRule, Rule } from './ruleset.js';

/** One line for each rule. */
export function rulesText(rules: readonly Rule[], disabled: readonly DisabledRule[], digest: string): string {
  const width = Math.max(0, ...rules.map(({ id }) => id.length));
  const products = [...new Set(rules.map(({ product }) => product))];
  const lines = products.flatMap((product) => [
    product,
    ...rules
      .filter((rule) => rule.product === product)
      .map(({ id, severity, title }) => `  ${id.padEnd(width)}  ${severity.padEnd(8)}  ${title}`),
    '',
  ]);
  const off = disabled.map(({ rule, reason }) => `disabled: ${rule}: ${reason}`);
  return [...lines, ...off, `${counted(rules.length, 'rule')}, ruleset ${digest}`].join('\n');
}

/** All that a reader of one rule should know. */
export function ruleText(rule: Rule): string {
  const parameters = Object.entries(rule.written.parameters ?? {}).map(
    ([name, { description }]) => `  ${name} = ${valueText(rule.values[name])}  ${description}`,
  );
  return [
    `${rule.id}, version ${String(rule.version)}: ${rule.title}`,
    `${rule.severity}, ${rule.product}, from ${rule.file}`,
    '',
    `Why: ${rule.why}`,
    `Advice: ${rule.advice}`,
    `Controls: ${rule.controls.join(', ') || 'none'}`,
    ...(parameters.length === 0 ? [] : ['Parameters:', ...parameters]),
  ].join('\n');
}

function valueText(value: number | readonly string[] | undefined): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

export function testsText({ passed, failed, results }: TestReport): string {
  const failures = results
    .filter((result) => !result.passed)
    .map(({ file, rule, test, why = '' }) => `${file}: ${rule}: "${test}": ${why}`);
  return [...failures, `${String(passed)} passed, ${String(failed)} failed`].join('\n');
}

export function lintText(faults: readonly LintFault[], rules: number): string {
  const lines = faults.map(
    ({ file, line, column, rule, where, message }) =>
      `${file}:${String(line)}:${String(column)} ${rule}${where === '' ? '' : `.${where}`}: ${message}`,
  );
  return [...lines, `${counted(rules, 'rule')}, ${counted(faults.length, 'fault')}`].join('\n');
}

function counted(n: number, thing: string): string {
  return `${String(n)} ${thing}${n === 1 ? '' : 's'}`;
}
