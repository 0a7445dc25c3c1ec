/** The JSON Schema by which editors complete and check rule files. */
import { z } from 'zod';
import { WRITTEN_RULE } from './rule-schema.js';

/** A file is one rule, or a theme with several. Checked in as `policies/rule.schema.json`. */
export function ruleJsonSchema(): object {
  const { $schema, ...rule } = z.toJSONSchema(WRITTEN_RULE, { io: 'input', unrepresentable: 'any' });
  const rules = { type: 'array', minItems: 1, items: { $ref: '#/$defs/rule' } };
  return {
    $schema,
    $id: 'rule.schema.json',
    title: 'Rules of Rolewatch',
    description: 'One rule, or a theme: "rules" with several. See docs/rules.md.',
    if: { type: 'object', required: ['rules'] },
    then: {
      type: 'object',
      required: ['rules'],
      additionalProperties: false,
      properties: { product: { type: 'string' }, rules },
    },
    else: { $ref: '#/$defs/rule' },
    $defs: { rule },
  };
}
