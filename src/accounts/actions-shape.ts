import { z } from 'zod';
import { asked, before, limit, time } from '../platform/http/shape.js';

export const actionsShape = z.object({
  actions: z.array(
    z.object({
      id: z.int(),
      at: time,
      actor: z.string().describe('os:<user> or token:<prefix>'),
      action: z.string(),
      source: z.string().optional(),
      detail: z.unknown(),
      hash: z.string(),
    }),
  ),
});

export const actionsQuery = asked({
  limit: limit(1000, 100),
  before: before('id'),
});
