/** Runs the tests that stand in the files of rules. */
import type { RiskTiers } from '../../access/risk.js';
import { messageOf } from '../../platform/errors.js';
import { judge } from '../judge.js';
import type { ParsedRule } from '../language/parse-rules.js';
import type { Expected, RuleTest } from '../language/test-schema.js';
import { withValues } from '../ruleset.js';
import type { Verdicts, Violation } from '../verdicts.js';
import { writtenOut } from './given-state.js';
import type { Vocabulary } from './vocabulary.js';

export interface TestResult {
  readonly rule: string;
  readonly test: string;
  readonly file: string;
  readonly passed: boolean;
  /** Of a failed test: what was due and what came instead. */
  readonly why?: string;
}

export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly TestResult[];
}

/** What tests lean on beside the rules. */
export interface TestGround {
  readonly tiers: ReadonlyMap<string, RiskTiers>;
  readonly vocabularyOf: (product: string) => Vocabulary;
}

/**
 * Runs every test of every rule, with the rule's own parameters and those of the test: what a site sets is not tested.
 */
export function testRules(rules: readonly ParsedRule[], ground: TestGround): TestReport {
  const results = rules.flatMap((rule) =>
    (rule.written.tests ?? []).map((test): TestResult => {
      const why = failure(rule, test, ground);
      const named = { rule: rule.written.id, test: test.name, file: rule.file };
      return { ...named, passed: why === undefined, ...(why !== undefined && { why }) };
    }),
  );
  const passed = results.filter((result) => result.passed).length;
  return { passed, failed: results.length - passed, results };
}

/** What differs from what a test expects; undefined where nothing does. */
export function failure(
  parsed: ParsedRule,
  test: RuleTest,
  { tiers, vocabularyOf }: TestGround,
): string | undefined {
  try {
    const { state, asOf, names } = writtenOut(test.given, parsed.product, vocabularyOf(parsed.product));
    const verdicts = judge(state, { rules: [withValues(parsed, test.parameters)], tiers }, asOf);
    return difference(test.expect, verdicts, names);
  } catch (error) {
    return messageOf(error);
  }
}

function difference(
  expect: RuleTest['expect'],
  { violations, assessments }: Verdicts,
  names: ReadonlyMap<string, string>,
): string | undefined {
  const [assessment] = assessments;
  if (assessment?.error !== undefined) return `the rule threw: ${assessment.error}`;
  const found = violations.map((violation) => shown(actual(violation, names))).sort();
  const due = typeof expect === 'string' ? [] : expect.map(shown).sort();
  const unassessable = assessment?.unassessable ?? 0;
  if (found.join('\n') !== due.join('\n'))
    return `expected ${typeof expect === 'string' ? expect : due.join(', ')}, found ${found.join(', ') || 'none'}`;
  if (expect === 'none' && unassessable > 0)
    return `expected none, but ${String(unassessable)} could not be assessed: ${assessment?.why ?? ''}`;
  if (expect === 'unassessable' && unassessable === 0)
    return 'expected unassessable, but all could be assessed';
  return undefined;
}

function actual({ subject, fields }: Violation, names: ReadonlyMap<string, string>): Expected {
  return {
    subject: subject.kind === 'principal' ? (names.get(subject.id) ?? subject.id) : subject.id,
    ...fields,
  };
}

/** `ann (scope 2)` */
function shown(expected: Expected): string {
  if (typeof expected === 'string') return expected;
  const { subject, ...fields } = expected;
  const told = Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} ${value}`);
  return told.length === 0 ? subject : `${subject} (${told.join(', ')})`;
}
