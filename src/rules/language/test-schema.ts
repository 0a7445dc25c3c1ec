/** The tests that stand in a rule's file: a small state, and which subjects break the rule there. */
import { z } from 'zod';
import { STATE_PARTS } from '../../access/judged-state.js';
import { PRINCIPAL_KINDS } from '../../access/model.js';
import { flag, text } from '../../platform/config/fields.js';
import { section } from '../../platform/config/section.js';
import { amount, names, namesOrNone } from './kit.js';

const DAY = text(
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/,
  'must be a day such as 2026-01-31, or a time such as 2026-01-31T12:00Z',
).refine((day) => !Number.isNaN(Date.parse(day)), { error: 'is a day that no calendar has' });

const MEMBERS = z.union([amount(), z.literal('unknown'), section({ count: amount(), known: flag() })], {
  error: 'must be a number, "unknown", or { count: 12, known: false }',
});

const TEXT = z.string({ error: 'must be a text; a number needs quotes' });

const PRINCIPAL = section({
  kind: z.enum(PRINCIPAL_KINDS).optional(),
  key: z.union([z.string(), z.null()], { error: 'must be a text, or null: erased' }).optional(),
  origin: z.enum(['local', 'directory', 'unknown']).optional(),
  own_account: flag().optional(),
  members: MEMBERS.optional(),
  roles: names().optional(),
  permissions: names().optional(),
  latent: names().optional(),
  via: z.record(z.string(), names(), { error: 'must be a mapping of groups or units to roles' }).optional(),
  owner: TEXT.optional(),
  createdBy: TEXT.optional(),
  createdAt: DAY.optional(),
  expiresAt: DAY.optional(),
  lastRotatedAt: DAY.optional(),
});

const GIVEN = section({
  principals: z.record(z.string(), PRINCIPAL, { error: 'must be a mapping of principals' }).optional(),
  roles: z
    .record(z.string(), z.array(z.string()), { error: 'must be a mapping of role ids to permissions' })
    .optional(),
  scopes: names().optional(),
  incomplete: z.array(z.enum(STATE_PARTS)).min(1).optional(),
  asOf: DAY.optional(),
});

const EXPECTED = z.union(
  [
    z.string().min(1),
    z.strictObject({
      subject: z.union([z.string(), z.int()]).transform(String),
      scope: z.union([z.string(), z.int()]).transform(String).optional(),
      role: z.union([z.string(), z.int()]).transform(String).optional(),
      permission: z.string().optional(),
    }),
  ],
  { error: 'must be a subject, or { subject: ann, scope: 1 } for a rule with fields' },
);

const EXPECT = 'must be a list of the subjects that break the rule, "none" or "unassessable"';

function schema() {
  return section({
    name: text(/\S/, 'must say what is tested'),
    given: GIVEN,
    parameters: z.record(z.string(), z.union([z.int(), namesOrNone()])).optional(),
    expect: z.union([z.literal('none'), z.literal('unassessable'), z.array(EXPECTED).min(1)], {
      error: EXPECT,
    }),
  });
}

export type RuleTest = z.infer<ReturnType<typeof schema>>;
export type GivenState = RuleTest['given'];
export type GivenPrincipal = z.infer<typeof PRINCIPAL>;
export type Expected = z.infer<typeof EXPECTED>;

export function testSchema(): z.ZodType<RuleTest> {
  return schema();
}
