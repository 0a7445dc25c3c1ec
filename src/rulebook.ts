import type { Judge, Rulebook } from './findings/judge.js';
import type { RulesConfig } from './rules/rules-config.js';
import { inSteps } from './platform/in-steps.js';
import { judgeInSteps } from './rules/judge.js';
import { configuredRuleset } from './rules/loaded-rules.view.js';
import { type Ruleset, rulesetFromDocument } from './rules/ruleset.js';
import type { Json } from './sources/source.js';

/** The rules as judging asks for them: what files and configuration say now, and what a stored document stands for. */
export function rulebookOf(config: RulesConfig): Rulebook {
  return {
    onDisk: async () => judgeOf(await configuredRuleset(config)),
    read: (document) => judgeOf(rulesetFromDocument(document)),
  };
}

function judgeOf(ruleset: Ruleset): Judge {
  return {
    // made of texts, numbers and lists only
    document: ruleset.document as unknown as Json,
    digest: ruleset.digest,
    rules: ruleset.rules.map(({ id, version, digest, title }) => ({
      id,
      version: String(version),
      digest,
      title,
    })),
    judge: (state, asOf) => inSteps(judgeInSteps(state, ruleset, asOf)),
  };
}
