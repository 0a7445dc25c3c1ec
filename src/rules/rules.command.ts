import { resolve } from 'node:path';
import {
  type CommandContext,
  type CommandSpec,
  defineCommand,
  type ExitCode,
} from '../platform/command/command.js';
import { didYouMean } from '../platform/config/nearest.js';
import { hasCode, RolewatchError } from '../platform/errors.js';
import { lintRules } from './checking/lint-rules.js';
import { testRules } from './checking/test-rules.js';
import { configuredRuleset, rulesetOfFile } from './loaded-rules.view.js';
import { vocabularies } from './packs.view.js';
import { AS_SHIPPED, type RulesConfig, type RulesOfConfig } from './rules-config.js';
import { described, rulesAnswer } from './rules-answer.js';
import { ruleJsonSchema } from './language/json-schema.js';
import { lintText, rulesText, ruleText, testsText } from './rules-text.js';
import type { Rule, Ruleset } from './ruleset.js';

const ACTIONS = ['list', 'show', 'test', 'lint', 'schema', 'activate'] as const;
type Action = (typeof ACTIONS)[number];

/** Puts the rules of the configuration in force; what is in force is kept by another room. */
export type ActivateRules<C> = (
  context: CommandContext<C>,
  reason: string,
) => Promise<{ readonly digest: string; readonly before: string | null; readonly activated: boolean }>;

export const rulesCommand = <C extends RulesOfConfig>(activateRules: ActivateRules<C>): CommandSpec<C> =>
  defineCommand({
    name: 'rules',
    summary: 'list, show, test, lint and activate the least-privilege rules',
    description:
      'list: the rules of the configuration, with the digest of the whole. show RULE: one rule with its reasons. test [FILE]: run the tests that stand in the files. lint [FILE]: name what is probably a mistake. schema: the JSON Schema by which editors check rule files. activate: put the rules of the configuration in force; every source is judged by them at the next look. FILE is a file or folder of rules that need not be in the configuration. Only activate needs the database. Exit code 1 if a test fails or lint finds something.',
    arguments: {
      action: { description: 'list, show, test, lint, schema or activate (default: list)' },
      what: { description: 'for show: the rule; for the others: a file or folder of rules' },
    },
    options: {
      product: {
        kind: 'text',
        value: 'P',
        description: 'only rules of this product; of FILE, what they are for',
      },
      reason: { kind: 'text', value: 'REASON', description: 'for activate: why, for the log' },
    },
    examples: [
      'rolewatch rules',
      'rolewatch rules show epmm-single-session',
      'rolewatch rules test ./my-rules/mambo-emm/wipe-at-night.yaml',
      'rolewatch rules lint ./my-rules --product mambo-emm',
      'rolewatch rules activate --reason "four may wipe since the move, ticket 4711"',
    ],
    async run(context: CommandContext<C>, args, options) {
      const action = actionOf(args.action ?? 'list');
      const file = action === 'show' ? undefined : args.what;
      if (action === 'schema') return schema(context);
      if (action === 'activate') return activate(context, activateRules, options.reason);
      const ruleset =
        file === undefined
          ? await configuredRuleset(await rulesOf(context))
          : await rulesetOfFile(resolve(file), options.product);
      const rules = ruleset.rules.filter(({ product }) => product === (options.product ?? product));
      switch (action) {
        case 'list':
          return list(context, ruleset, rules);
        case 'show':
          return show(context, rules, args.what);
        case 'test':
          return test(context, ruleset, rules);
        case 'lint':
          return lint(context, ruleset, rules);
      }
    },
  });

function actionOf(word: string): Action {
  const action = ACTIONS.find((one) => one === word);
  if (action !== undefined) return action;
  throw new RolewatchError(
    'usage',
    `rules can ${ACTIONS.join(', ')}, not "${word}"${didYouMean(word, ACTIONS)}`,
  );
}

/** Rules can be looked at without a configuration: then as they ship. A faulty one is an error as always. */
async function rulesOf(context: CommandContext<RulesOfConfig>): Promise<RulesConfig> {
  try {
    return (await context.config()).rules;
  } catch (error) {
    if (!(error instanceof RolewatchError) || !hasCode(error.cause, 'ENOENT')) throw error;
    context.warn('there is no configuration: these are the rules as they ship');
    return AS_SHIPPED;
  }
}

async function list(context: CommandContext, ruleset: Ruleset, rules: readonly Rule[]): Promise<ExitCode> {
  const { digest, disabled } = ruleset;
  await context.print(rulesAnswer(ruleset, rules), () => rulesText(rules, disabled, digest));
  return 0;
}

async function show(
  context: CommandContext,
  rules: readonly Rule[],
  id: string | undefined,
): Promise<ExitCode> {
  const ids = rules.map((rule) => rule.id);
  const rule = rules.find((one) => one.id === id);
  if (id === undefined) throw new RolewatchError('usage', 'which rule? rolewatch rules lists them');
  if (rule === undefined)
    throw new RolewatchError('usage', `no rule is called "${id}"${didYouMean(id, ids)}`);
  await context.print({ ...described(rule), rule: rule.written }, () => ruleText(rule));
  return 0;
}

async function test(context: CommandContext, ruleset: Ruleset, rules: readonly Rule[]): Promise<ExitCode> {
  const report = testRules(rules, { tiers: ruleset.tiers, vocabularyOf: await vocabularies() });
  await context.print(report, () => testsText(report));
  return report.failed === 0 ? 0 : 1;
}

async function lint(context: CommandContext, ruleset: Ruleset, rules: readonly Rule[]): Promise<ExitCode> {
  const faults = lintRules(rules, ruleset.files, await vocabularies());
  await context.print({ rules: rules.length, faults }, () => lintText(faults, rules.length));
  return faults.length === 0 ? 0 : 1;
}

async function activate<C>(
  context: CommandContext<C>,
  activateRules: ActivateRules<C>,
  reason = '',
): Promise<ExitCode> {
  if (reason.trim() === '') throw new RolewatchError('usage', '--reason must say why, for the log');
  const activation = await activateRules(context, reason.trim());
  const { digest, before, activated } = activation;
  const instead = before === null ? '' : ` instead of ${before.slice(0, 12)}`;
  await context.print(activation, () =>
    activated
      ? `ruleset ${digest.slice(0, 12)} is in force${instead}; the next look judges by it: rolewatch check`
      : `ruleset ${digest.slice(0, 12)} is in force already`,
  );
  return 0;
}

async function schema(context: CommandContext): Promise<ExitCode> {
  const document = ruleJsonSchema();
  await context.print(document, () => JSON.stringify(document, null, 2));
  return 0;
}
