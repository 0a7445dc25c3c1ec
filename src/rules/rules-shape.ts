import { z } from 'zod';

/** What belongs to a rule is docs/rules.md's to say; here is what every one has. */
const rule = z.looseObject({
  id: z.string(),
  title: z.string(),
  severity: z.string(),
  product: z.string(),
  digest: z.string(),
});

export const rulesShape = z.object({
  digest: z.string(),
  rules: z.array(rule),
  disabled: z.array(z.object({ rule: z.string(), reason: z.string() })),
});

export const ruleShape = rule.extend({ rule: z.looseObject({}).describe('as it is written') });

const place = { rule: z.string(), file: z.string() };
const count = z.int().nonnegative();

export const testsShape = z.object({
  passed: count,
  failed: count,
  results: z.array(z.object({ ...place, test: z.string(), passed: z.boolean(), why: z.string().optional() })),
});

export const lintShape = z.object({
  rules: count,
  faults: z.array(z.object({ ...place, line: count, column: count, where: z.string(), message: z.string() })),
});

export const schemaShape = z.looseObject({});
