import { z } from 'zod';
import { time } from '../platform/http/shape.js';

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
  troubles: z.array(z.object({ code: z.enum(['paused', 'silent', 'failing', 'held']), why: z.string() })),
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
