/** docs/json/drift.md as a shape. */
import { z } from 'zod';
import { CAUSES, CHANGE_KINDS, PRINCIPAL_KINDS } from '../access/model.js';
import { asked, moment, time } from '../platform/http/shape.js';

const named = <K extends string>(kinds: readonly K[]) => ({
  kind: z.enum(kinds),
  key: z.string().optional(),
  name: z.string().optional(),
  erased: z.literal(true).optional(),
});
const subject = z.object(named([...PRINCIPAL_KINDS, 'role', 'scope']));
const scope = z.object({ key: z.string(), name: z.string().optional() });
const count = z.int().nonnegative();
const members = z.object({
  before: count.nullable().optional(),
  after: count.nullable().optional(),
  known: z.boolean(),
  allows: z.array(z.string()).optional(),
});
const snapshot = z.object({ seq: count, recordedAt: time, digest: z.string() });

const effective = z.object({ gained: z.array(z.string()), lost: z.array(z.string()) });

const change = z.object({
  ids: z.array(z.string().regex(/^\d+\.\d+$/)).min(1),
  what: z.enum(CHANGE_KINDS),
  subject,
  scope: scope.optional(),
  scopes: z.array(scope).optional(),
  role: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  permission: z.string().optional(),
  attribute: z
    .object({ name: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })
    .optional(),
  level: z.object({ before: z.string().nullable(), after: z.string().nullable() }).optional(),
  effective: effective.optional(),
  latent: effective.optional(),
  cause: z.enum(CAUSES),
  window: z.object({ notSeenAt: time.optional(), seenAt: time, statedBy: z.array(z.string()) }),
  members: members.optional(),
  affected: z
    .array(
      z.object({
        ...named(PRINCIPAL_KINDS),
        presentOnly: z.enum(['before', 'after']).optional(),
        members: members.optional(),
      }),
    )
    .optional(),
  affectedCount: count.optional(),
  partOf: z.string().optional(),
  hint: z.object({ sameAs: subject, because: z.enum(['name', 'email']) }).optional(),
});

export const driftShape = z.object({
  source: z.string(),
  product: z.string(),
  from: snapshot,
  to: snapshot,
  changes: z.array(change),
  unwatched: z
    .array(z.object({ scopes: z.array(scope).optional(), lastSeen: count, seenAgain: count }))
    .optional(),
});

export const driftQuery = asked({
  from: z.union([moment, z.literal('previous')]).optional(),
  to: moment.optional(),
});
