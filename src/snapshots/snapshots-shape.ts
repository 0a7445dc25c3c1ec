/** docs/json/snapshots.md, access.md, coverage.md and accept-shrink.md as shapes. */
import { z } from 'zod';
import { PRINCIPAL_KINDS, RISK_TIERS, VERDICTS } from '../access/model.js';
import { asked, before, limit, moment, MOST_INT, reason, time } from '../platform/http/shape.js';
import { DEEDS, PERSONAL_NAME_SPACES } from './person.js';

const count = z.int().nonnegative();

const observation = z.object({
  stream: z.string(),
  scope: z.string().optional(),
  verdict: z.enum(VERDICTS),
  rows: count,
  total: count.optional(),
  pages: count,
  pagesDigest: z.string().optional(),
  reads: count,
  readFrom: time.optional(),
  readTo: time.optional(),
  observedAt: time.optional(),
  statedBy: z.string(),
  unconfirmed: count,
  held: count,
  why: z.string().optional(),
});

export const snapshotsShape = z.object({
  snapshots: z.array(
    z.object({
      source: z.string(),
      seq: count,
      recordedAt: time,
      digest: z.string(),
      root: z.string(),
      previousDigest: z.string().optional(),
      beforeHorizon: z.literal(true).optional().describe('its state is no longer kept'),
      observations: z.array(observation),
    }),
  ),
});

export const coverageShape = z.object({
  slots: z.array(
    z.object({
      source: z.string(),
      dueAt: time,
      trigger: z.enum(['schedule', 'manual']),
      state: z.enum(['due', 'leased', 'published', 'failed', 'missed']),
      seq: count.optional(),
      why: z.string().optional(),
      endedAt: time.optional(),
    }),
  ),
  keptSince: time.optional().describe('what was due before is no longer kept'),
});

const principal = z.object({
  kind: z.enum(PRINCIPAL_KINDS),
  key: z.string().optional(),
  name: z.string().optional(),
  dn: z.string().optional(),
  ownAccount: z.literal(true).optional(),
  linked: z.literal(false).optional(),
  erased: z.literal(true).optional(),
  members: z.object({ count: count.optional(), known: z.boolean(), below: count.optional() }).optional(),
});

export const accessShape = z.object({
  source: z.string(),
  product: z.string(),
  at: z.object({ seq: count, recordedAt: time, digest: z.string() }),
  access: z.array(
    z.object({
      principal,
      permission: z.string(),
      tier: z.enum(RISK_TIERS),
      role: z
        .object({ id: z.string(), name: z.string().optional(), tier: z.enum(RISK_TIERS) })
        .optional()
        .describe('absent: held without a role'),
      scope: z.object({ key: z.string(), name: z.string().optional() }),
      path: z.string(),
      latent: z.object({ needs: z.array(z.string()) }).optional(),
      statedIn: z.array(z.object({ stream: z.string(), scope: z.string().optional() })),
    }),
  ),
  notVisible: z.string(),
});

/** Further away are years that not every part of the way to the database writes alike. */
function isWritable(time: string): boolean {
  const year = new Date(time).getUTCFullYear();
  return year >= 1970 && year <= 9999;
}

/** The newest first. */
export const snapshotsQuery = asked({ limit: limit(1000, 100), before: before('seq', MOST_INT) });
export const coverageQuery = asked({
  limit: limit(1000, 100),
  before: time
    .refine(isWritable, { error: 'must lie between 1970 and 9999' })
    .optional()
    .describe('only those due before this: `dueAt` of the last one of the page before'),
});

const word = z.string().min(1).max(500);

export const accessQuery = asked({
  at: moment.optional(),
  permission: word.optional(),
  role: word.optional().describe('id or name'),
  principal: word.optional().describe('key or name'),
  people: z.enum(['true', 'false']).default('false').describe('list the people below large units, too'),
});

export const acceptShrinkBody = asked({
  stream: word,
  scope: word.describe('the space of the list, all, or - for a list of the whole source'),
  expect: count.describe('how many are held, as the observations say'),
  reason,
});

/** A person is named in the body: names have no business in the addresses that proxies log. */
export const personBody = asked({
  key: z.string().min(1).max(2000).describe('user id exactly as shown, or a DN in any spelling'),
  nameSpace: z.enum(PERSONAL_NAME_SPACES).optional().describe('where one key is used twice'),
  reason,
});

export const personShape = z.object({
  source: z.string(),
  done: z.enum(DEEDS),
  identityId: z.string(),
  records: count.optional().describe('how many were blanked'),
  also: z.array(z.string()).describe('keys that were linked to the person, and were not touched'),
});

export const holdBody = asked({ reason });

export const heldShape = z.object({
  source: z.string().describe('all: every source'),
  done: z.enum(['placed', 'lifted']),
});

export const holdsShape = z.object({
  holds: z.array(
    z.object({
      source: z.string().describe('all: every source'),
      id: z.string(),
      identityId: z.string().optional().describe('absent: the whole source'),
      reason: z.string(),
      actor: z.string(),
      since: time,
      releasedAt: time.optional(),
      releasedBy: z.string().optional(),
      releasedWhy: z.string().nullable().optional(),
    }),
  ),
});

export const acceptShrinkShape = z.object({
  source: z.string(),
  seq: count,
  released: z.array(z.object({ stream: z.string(), scope: z.string().optional(), held: count })),
});
