/** docs/json/tokens.md as shapes. */
import { z } from 'zod';
import { ROLES } from '../platform/http/permissions.js';
import { MOST_INT, time, whole } from '../platform/http/shape.js';

export const tokensShape = z.object({
  tokens: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      prefix: z.string(),
      role: z.enum(ROLES),
      sources: z.array(z.string()).nullable().describe('null: all'),
      state: z.enum(['valid', 'expired', 'revoked']),
      createdAt: time,
      createdBy: z.string(),
      expiresAt: time,
      revokedAt: time.optional(),
      revokedBy: z.string().optional(),
      lastUsedAt: time.optional().describe('to the minute'),
    }),
  ),
});

export const tokenNumber = whole(MOST_INT);

export const revokedShape = z.object({ id: z.int(), prefix: z.string(), state: z.literal('revoked') });
