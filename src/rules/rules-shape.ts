import { z } from 'zod';

/** What belongs to a rule is docs/rules.md's to say; here is what every one has. */
export const rulesShape = z.object({
  digest: z.string(),
  rules: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      severity: z.string(),
      product: z.string(),
      digest: z.string(),
    }),
  ),
  disabled: z.array(z.object({ rule: z.string(), reason: z.string() })),
});
