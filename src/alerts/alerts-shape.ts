/** docs/json/alerts.md as shapes. What belongs to the kind of an alert, that page says; here is what each one has. */
import { z } from 'zod';
import { asked, before, limit, MOST_INT, time, whole } from '../platform/http/shape.js';
import { SEVERITIES } from '../findings/finding.js';
import { MESSAGE_KINDS, MESSAGE_STATES } from './message-states.js';

const count = z.int().nonnegative();

export const alertsShape = z.object({
  source: z.string(),
  seq: count,
  alerts: z.array(z.looseObject({ id: z.string(), kind: z.string(), severity: z.string() })),
});

export const alertsQuery = asked({
  seq: whole(MOST_INT).optional().describe('of which snapshot; by default the latest'),
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

export const messagesQuery = asked({
  limit: limit(1000, 20),
  before: before('id'),
  state: z.enum(MESSAGE_STATES).optional(),
});

export const messageNumber = z.string().regex(/^[1-9]\d{0,17}$/, 'must be the number of a message');

export const retriedShape = z.object({ id: z.string(), recipient: z.string(), state: z.literal('pending') });

export const testBody = asked({
  to: z.string().max(320).optional().describe('only this address, or hook, where a route leads'),
  route: z.int().min(1).max(MOST_INT).optional().describe('only where this route leads; 1 is the first'),
});

export const testedShape = z.object({
  tested: z.array(
    z.object({
      channel: z.enum(['mail', 'hook']),
      recipient: z.string(),
      outcome: z.enum(['sent', 'failed', 'refused', 'unconfirmed']),
      steps: z.array(z.string()),
      said: z.string(),
    }),
  ),
});
