import type { DisabledRule, Rule, Ruleset } from './ruleset.js';

/** As docs/json/rules.md has it. */
export interface RulesAnswer {
  readonly digest: string;
  readonly rules: readonly object[];
  readonly disabled: readonly DisabledRule[];
}

export function rulesAnswer({ digest, disabled }: Ruleset, rules: readonly Rule[]): RulesAnswer {
  return { digest, rules: rules.map(described), disabled };
}

/** What can be said of a rule without running it. */
export function described(rule: Rule): object {
  const { id, version, title, severity, product, subject, why, advice, controls, values, digest, file } =
    rule;
  return {
    id,
    version,
    title,
    severity,
    product,
    subject,
    why,
    advice,
    controls,
    parameters: values,
    digest,
    file,
  };
}
