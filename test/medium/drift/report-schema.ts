import { z } from 'zod';
import { CAUSES, CHANGE_KINDS, PRINCIPAL_KINDS } from '../../../src/access/model.js';

/** docs/json/drift.md, strictly: neither a field more nor one of another shape. */
const named = (kinds: readonly string[]) => ({
  kind: z.enum(kinds),
  key: z.string().optional(),
  name: z.string().optional(),
  erased: z.literal(true).optional(),
});
const subject = z.strictObject(named([...PRINCIPAL_KINDS, 'role', 'scope']));
const scope = z.strictObject({ key: z.string(), name: z.string().optional() });
const count = z.int().nonnegative();
const members = z.strictObject({
  before: count.nullable().optional(),
  after: count.nullable().optional(),
  known: z.boolean(),
  allows: z.array(z.string()).optional(),
});
const snapshot = z.strictObject({ seq: count, recordedAt: z.iso.datetime(), digest: z.string() });

const effective = z.strictObject({ gained: z.array(z.string()), lost: z.array(z.string()) });

const change = z.strictObject({
  ids: z.array(z.string().regex(/^\d+\.\d+$/)).min(1),
  what: z.enum(CHANGE_KINDS),
  subject,
  scope: scope.optional(),
  scopes: z.array(scope).optional(),
  role: z.strictObject({ id: z.string(), name: z.string().optional() }).optional(),
  permission: z.string().optional(),
  attribute: z
    .strictObject({ name: z.string(), before: z.json().optional(), after: z.json().optional() })
    .optional(),
  level: z.strictObject({ before: z.string().nullable(), after: z.string().nullable() }).optional(),
  effective: effective.optional(),
  latent: effective.optional(),
  cause: z.enum(CAUSES),
  window: z.strictObject({
    notSeenAt: z.iso.datetime().optional(),
    seenAt: z.iso.datetime(),
    statedBy: z.array(z.string()),
  }),
  members: members.optional(),
  affected: z
    .array(
      z.strictObject({
        ...named(PRINCIPAL_KINDS),
        presentOnly: z.enum(['before', 'after']).optional(),
        members: members.optional(),
      }),
    )
    .optional(),
  affectedCount: count.optional(),
  partOf: z.string().optional(),
  hint: z.strictObject({ sameAs: subject, because: z.enum(['name', 'email']) }).optional(),
});

export const reportSchema = z.strictObject({
  source: z.string(),
  product: z.string(),
  from: snapshot,
  to: snapshot,
  changes: z.array(change),
});
