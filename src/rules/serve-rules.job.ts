import { Injectable } from '@nestjs/common';
import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import { orRefused } from '../platform/http/file-faults.js';
import { type LintFault, lintRules } from './checking/lint-rules.js';
import { type TestReport, testRules } from './checking/test-rules.js';
import { configuredRuleset } from './loaded-rules.view.js';
import { vocabularies } from './packs.view.js';
import { described, type RulesAnswer, rulesAnswer } from './rules-answer.js';
import { RulesInForce } from './rules-config.js';
import type { Ruleset } from './ruleset.js';

/** The rules of the files for the API, read anew each time: the same as the commands show. */
@Injectable()
export class ServeRules {
  constructor(private readonly inForce: RulesInForce) {}

  /** @throws RolewatchError refused, with every fault of every file; so do the others */
  async list(): Promise<RulesAnswer> {
    const ruleset = await this.read();
    return rulesAnswer(ruleset, ruleset.rules);
  }

  /** @throws RolewatchError unknown-rule */
  async show(id: string): Promise<object> {
    const { rules } = await this.read();
    const rule = rules.find((one) => one.id === id);
    if (rule !== undefined) return { ...described(rule), rule: rule.written };
    const ids = rules.map((one) => one.id);
    throw new RolewatchError('unknown-rule', `no rule is called "${id}"${didYouMean(id, ids)}`);
  }

  async test(): Promise<TestReport> {
    const { rules, tiers } = await this.read();
    return testRules(rules, { tiers, vocabularyOf: await vocabularies() });
  }

  async lint(): Promise<{ readonly rules: number; readonly faults: readonly LintFault[] }> {
    const { rules, files } = await this.read();
    return { rules: rules.length, faults: lintRules(rules, files, await vocabularies()) };
  }

  private read(): Promise<Ruleset> {
    return orRefused(configuredRuleset(this.inForce.config));
  }
}
