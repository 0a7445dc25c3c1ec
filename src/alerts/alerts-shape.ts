/** docs/json/alerts.md as shapes. What belongs to the kind of an alert, that page says; here is what each one has. */
import { z } from 'zod';
import { asked, limit, time } from '../platform/http/shape.js';
import { SEVERITIES } from '../findings/finding.js';
import { MESSAGE_KINDS, MESSAGE_STATES } from './message-states.js';

const count = z.int().nonnegative();

export const alertsShape = z.object({
  source: z.string(),
  seq: count,
  alerts: z.array(z.looseObject({ id: z.string(), kind: z.string(), severity: z.string() })),
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

const message = z.object({
  id: z.string(),
  source: z.string(),
  seq: count,
  kind: z.enum(MESSAGE_KINDS),
  step: count.optional(),
  toldBy: z.string().optional(),
  channel: z.enum(['mail', 'hook']),
  recipient: z.string(),
  severity: z.enum(SEVERITIES),
  subject: z.string().optional(),
  state: z.enum(MESSAGE_STATES),
  why: z.string().optional(),
  messageId: z.string(),
  createdAt: time,
  dueAt: time.optional(),
  endedAt: time.optional(),
  alerts: z.array(z.string()),
  attempts: z.array(
    z.object({ no: count, beganAt: time, endedAt: time, outcome: z.string(), said: z.string() }),
  ),
});

export const messagesShape = z.object({
  messages: z.array(message),
  counts: z.record(z.enum(MESSAGE_STATES), count),
  untold: count,
});

export const messagesQuery = asked({ limit: limit(1000, 20), state: z.enum(MESSAGE_STATES).optional() });
