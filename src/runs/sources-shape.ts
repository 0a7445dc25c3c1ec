import { z } from 'zod';
import { GLOBAL_SCOPE } from '../access/permissions.js';
import { asked, time } from '../platform/http/shape.js';
import { LDAP_TYPES } from '../sources/ivanti-epmm/schemas.js';
import { SOURCE_TROUBLES } from './source-health.js';

const status = z.object({
  source: z.string(),
  kind: z.string(),
  lastSnapshot: z
    .object({ seq: z.int(), recordedAt: time, ageSeconds: z.int().describe('since it was recorded') })
    .nullable(),
  judgement: z
    .object({ seq: z.int(), open: z.int().describe('findings neither resolved nor waived') })
    .nullable(),
  paused: z.object({ since: time, why: z.string() }).nullable(),
  reading: z.boolean(),
  nextSlot: time.nullable().describe('null: nothing is scheduled'),
  intervalSeconds: z.int().nullable().describe('between the scheduled slots before and after now'),
  troubles: z.array(z.object({ code: z.enum(SOURCE_TROUBLES), why: z.string() })),
  coverage: z
    .object({ published: z.int(), failed: z.int(), missed: z.int() })
    .describe('how the slots of the last seven days ended'),
});

export const sourcesShape = z.object({ sources: z.array(status) });

export const startedShape = z.object({
  source: z.string(),
  slot: time.describe('`dueAt` of the slot in the coverage, which says what became of it'),
});

export const resumedShape = z.object({
  source: z.string(),
  resumed: z.boolean(),
  pausedWhy: z.string().optional(),
});

/** In a body, not in an address: it may be a name. */
export const lookupBody = asked({
  word: z.string().trim().min(1).max(20),
  scope: z
    .string()
    .regex(/^\S{1,200}$/)
    .default(GLOBAL_SCOPE)
    .describe('the space to ask in'),
  type: z.enum(LDAP_TYPES).optional(),
});

export const lookupShape = z.object({
  source: z.string(),
  word: z.string(),
  scope: z.string(),
  entries: z.array(z.object({ dn: z.string(), name: z.string().nullable(), type: z.string() })),
  total: z.int().nullable().describe('how many the server says match; null: it does not say'),
});
