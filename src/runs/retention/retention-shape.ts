/** docs/json/retention.md as shapes. */
import { z } from 'zod';
import { asked, limit, time } from '../../platform/http/shape.js';
import { RETENTION_KINDS } from '../../snapshots/retention-kinds.js';

const count = z.int().nonnegative();
const rows = z.record(z.string(), count).describe('rows by table');
const source = z.string().describe('*: what belongs to no source');

const outlook = z.object({
  source,
  kinds: z.array(
    z.object({
      kind: z.enum(RETENTION_KINDS),
      configured: count.nullable().describe('days; null: for ever'),
      inForce: count
        .nullable()
        .describe('days, as counted today: what was stated shorter counts a week later'),
      horizon: count.nullable().describe('the oldest snapshot that is kept; null: all are'),
      next: count.nullable().describe('the oldest one after the next run'),
      since: time.optional().describe('of what belongs to no source: what ended before is gone'),
    }),
  ),
  held: z.array(z.object({ reason: z.string(), actor: z.string(), since: time })),
  next: rows,
});

export const outlookShape = z.object({ outlook: z.array(outlook) });

export const runsShape = z.object({
  runs: z.array(
    z.object({
      source,
      id: count,
      night: z.string().optional().describe('absent: somebody asked for it'),
      startedAt: time,
      endedAt: time.optional(),
      horizonBefore: count.optional(),
      horizonAfter: count.optional(),
      removed: rows,
      why: z.string().optional(),
      error: z.string().optional(),
    }),
  ),
});

export const runsQuery = asked({ limit: limit(1000, 100) });

export const begunShape = z.object({ begun: z.array(source) });
