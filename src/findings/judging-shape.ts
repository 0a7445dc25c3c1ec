/** docs/json/check.md, waivers.md and what concerns the ruleset in force, as shapes. */
import { z } from 'zod';
import { asked, reason, time } from '../platform/http/shape.js';
import { SEVERITIES } from './finding.js';
import { findingsShape } from './findings-shape.js';
import { WAIVER_STATES } from './waiver-state.js';
import { JUDGEMENT_REASONS } from './why-due.js';

const count = z.int().nonnegative();

export const checkQuery = asked({
  failOn: z.enum(SEVERITIES).optional().describe('count what is open and at least this bad'),
});

export const checkShape = z.object({
  sources: z.array(
    z.object({
      source: z.string(),
      notJudged: z.string().optional().describe('why the latest snapshot is not judged'),
      judgement: z
        .object({
          id: count,
          seq: count,
          snapshotDigest: z.string(),
          rulesetDigest: z.string(),
          asOf: time,
          reason: z.enum(JUDGEMENT_REASONS),
          rules: count,
        })
        .optional(),
      open: findingsShape.shape.findings,
      waived: count,
      notAssessable: z.array(z.object({ rule: z.string(), why: z.string() })),
    }),
  ),
  failing: count.optional().describe('how much of what is open is as bad as failOn; absent without'),
});

export const waiversShape = z.object({
  waivers: z.array(
    z.object({
      at: z.string().describe('file, line and place'),
      source: z.string(),
      rule: z.string(),
      subject: z.object({ kind: z.string(), key: z.string().optional() }),
      fields: z.record(z.string(), z.string()),
      reason: z.string(),
      approver: z.string(),
      from: time.nullable(),
      until: time,
      accepts: z.string().nullable(),
      state: z.enum(WAIVER_STATES),
      why: z.string().optional(),
      covers: z.array(count).describe('numbers of the findings that are waived by it'),
    }),
  ),
});

export const judgementAskedShape = z.object({ source: z.string(), due: z.literal(true) });

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be the digest of a ruleset: 64 hexadecimal digits');

export const activeShape = z.object({
  digest: z.string(),
  activatedAt: time,
  actor: z.string(),
  reason: z.string(),
  onDisk: z.string().nullable().describe('digest of what the files say; null: they have a fault'),
  differ: z.boolean().describe('the files say something else than what is in force'),
  fault: z.string().optional(),
});

export const activateBody = asked({
  digest: digest.describe('of the rules that were looked at: nothing else is put in force'),
  reason,
});

export const activatedShape = z.object({
  digest: z.string(),
  before: z.string().nullable(),
  activated: z.boolean().describe('false: it was in force already'),
});
