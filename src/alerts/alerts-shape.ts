import { z } from 'zod';
import { RISK_TIERS } from '../access/model.js';
import { asked } from '../platform/http/shape.js';

const named = z.object({ key: z.string().optional(), name: z.string().optional() });

export const alertsShape = z.object({
  source: z.string(),
  seq: z.int(),
  alerts: z.array(
    z.object({
      kind: z.string(),
      severity: z.enum(RISK_TIERS),
      holders: z
        .array(
          z.object({
            principal: named,
            role: z.object({ id: z.string(), name: z.string().optional() }),
            scope: z.object({ key: z.string(), name: z.string().optional() }),
            tier: z.enum(RISK_TIERS),
          }),
        )
        .optional(),
      permission: z.string().optional(),
      stream: z.string().optional(),
      count: z.int().optional(),
      why: z.string().optional(),
    }),
  ),
});

export const alertsQuery = asked({
  seq: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .describe('of which snapshot; by default the latest'),
});
