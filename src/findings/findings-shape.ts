/** docs/json/findings.md as shapes. */
import { z } from 'zod';
import { asked, moment, MOST_INT, reason, time, whole } from '../platform/http/shape.js';
import { EVENT_KINDS, FINDING_STATES, REOPENED_WHY, RESOLVED_WHY, SEVERITIES } from './finding.js';

const named = z.object({
  id: z.string(),
  key: z.string().optional(),
  name: z.string().optional(),
  erased: z.literal(true).optional(),
});

const because = z.object({
  principal: named.optional(),
  permission: z.string().optional(),
  role: named.optional(),
  scope: named.optional(),
  through: named.extend({ kind: z.enum(['group', 'unit']) }).optional(),
  latent: z.literal(true).optional(),
  note: z.string().optional(),
});

const waiver = z.object({
  id: z.string(),
  reason: z.string(),
  approver: z.string(),
  from: z.string().nullable(),
  until: z.string(),
  accepts: z.string().nullable(),
});

const step = {
  state: z.enum(FINDING_STATES),
  severity: z.enum(SEVERITIES),
  message: z.string(),
  because: z.array(because),
  fingerprint: z.string(),
  why: z.enum([...REOPENED_WHY, ...RESOLVED_WHY]).optional(),
  waiver: waiver.optional(),
};

const finding = z.object({
  source: z.string(),
  product: z.string(),
  id: z.int(),
  rule: z.object({ id: z.string(), version: z.string().optional(), digest: z.string().optional() }),
  subject: named.extend({ kind: z.enum(['principal', 'role', 'source']) }),
  fields: z.record(z.string(), z.string()),
  ...step,
  matched: z.array(z.string()),
  openedAt: time,
  since: time,
});

const event = z.object({
  no: z.int(),
  at: time,
  kind: z.enum(EVENT_KINDS),
  ...step,
  actor: z.string().optional(),
  reason: z.string().optional(),
  judgement: z
    .object({
      id: z.int(),
      seq: z.int(),
      snapshotDigest: z.string(),
      rulesetDigest: z.string(),
      ruleVersion: z.string().optional(),
      ruleDigest: z.string().optional(),
    })
    .optional(),
});

export const findingsShape = z.object({ findings: z.array(finding) });
export const findingShape = z.object({ finding, history: z.array(event) });

export const findingsQuery = asked({
  state: z
    .enum(['all', ...FINDING_STATES])
    .optional()
    .describe('open: acknowledged and reopened ones too; by default those that are not resolved'),
  rule: z.string().max(200).optional(),
  severity: z.enum(SEVERITIES).optional(),
  at: moment.optional(),
});

export const findingNumber = whole(MOST_INT);

export const acknowledgeBody = asked({ reason });
export const acknowledgedShape = z.object({
  source: z.string(),
  finding: z.int(),
  state: z.literal('acknowledged'),
});
