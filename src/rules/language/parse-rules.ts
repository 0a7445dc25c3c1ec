/** Reads the text of a file of rules. */
import { z } from 'zod';
import { checkYaml } from '../../platform/config/check.js';
import { text } from '../../platform/config/fields.js';
import { section } from '../../platform/config/section.js';
import { type Path, YamlDocument } from '../../platform/config/yaml-document.js';
import { ruleFaults } from './rule-faults.js';
import { WRITTEN_RULE, type WrittenRule } from './rule-schema.js';

/** A file of rules: one rule, or `rules:` with several. */
export interface RuleFile {
  /** How the file is called in messages. */
  readonly name: string;
  readonly text: string;
  /** What its rules are for, where they do not say it themselves: the folder's name. */
  readonly product?: string | undefined;
}

/** A rule of a file, with its place in it. */
export interface ParsedRule {
  readonly written: WrittenRule;
  readonly product: string;
  readonly file: string;
  /** From the top of the file to the rule. */
  readonly path: Path;
}

/**
 * The rules of one file.
 * @throws RolewatchError config-invalid with every fault of the file
 */
export function parseRules(file: RuleFile): ParsedRule[] {
  const { name } = file;
  const top = new YamlDocument(file.text).value;
  const isTheme = typeof top === 'object' && top !== null && 'rules' in top;
  if (!isTheme) {
    const written = checkYaml(file.text, name, ruleFor(file.product));
    return [{ written, product: productOf(written, file.product), file: name, path: [] }];
  }
  const stated = 'product' in top && typeof top.product === 'string' ? top.product : file.product;
  const rules = z.array(ruleFor(stated), { error: 'must be a list of rules' }).min(1);
  const theme = section({ product: text(/^[a-z0-9-]+$/, 'must be a product').optional(), rules });
  return checkYaml(file.text, name, theme).rules.map((written, i) => ({
    written,
    product: productOf(written, stated),
    file: name,
    path: ['rules', i],
  }));
}

/** A file that must hold exactly one rule. @throws RolewatchError config-invalid with every fault of the file */
export function parseRule(file: RuleFile): ParsedRule {
  const written = checkYaml(file.text, file.name, ruleFor(file.product));
  return { written, product: productOf(written, file.product), file: file.name, path: [] };
}

function productOf(rule: WrittenRule, stated: string | undefined): string {
  return rule.product ?? stated ?? '';
}

function ruleFor(product: string | undefined): z.ZodType<WrittenRule> {
  return WRITTEN_RULE.superRefine((rule, context) => {
    const of = productOf(rule, product);
    if (of === '') {
      const message = 'missing; it must be the product the rule is for, such as ivanti-epmm';
      context.addIssue({ code: 'custom', path: ['product'], message });
    }
    for (const { path, message } of ruleFaults(rule, of))
      context.addIssue({ code: 'custom', path: [...path], message });
  });
}
