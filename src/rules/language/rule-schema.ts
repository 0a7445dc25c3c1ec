/** What a rule looks like in its file (docs/rules.md). One shape, with parameters open as written or closed as judged. */
import { z } from 'zod';
import { PRINCIPAL_KINDS, RISK_TIERS } from '../../access/model.js';
import { flag, text, whole } from '../../platform/config/fields.js';
import { section } from '../../platform/config/section.js';
import { CLOSED, type Kit, namesOrNone, OPEN } from './kit.js';
import { testSchema } from './test-schema.js';

const SENTENCE = text(/^\S[\s\S]*[.!?]\s*$/, 'must be a sentence, with its full stop');
const ID = text(
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  'must be lower-case letters, digits and hyphens, such as mambo-token-without-owner',
);
const TITLE = text(/^\S.{0,118}[^.\s]$/, 'must be one line of at most 120 characters without a full stop');

const SUBJECTS = ['principal', 'role', 'source'] as const;
const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
const LATENT = ['exclude', 'include', 'only'] as const;
const COMBINE = ['per-scope', 'all-scopes'] as const;
const FIELDS = ['scope', 'role', 'permission'] as const;
const DATES = ['createdAt', 'expiresAt', 'lastRotatedAt'] as const;
const ATTRIBUTES = ['owner', 'createdBy', ...DATES] as const;
const NOT_YET =
  '"when" is kept for an expression language that does not exist yet; say it with the matchers under "match"';

/** Whom a rule is about. */
function appliesShape<N, A>({ names: list, namesOrNone: exceptions, amount }: Kit<N, A>) {
  return section({
    kinds: z
      .array(z.enum(PRINCIPAL_KINDS), { error: 'must be a list of kinds of principal' })
      .min(1)
      .optional(),
    origin: z.enum(['local', 'directory']).optional(),
    own_account: flag().optional(),
    members: z.enum(['known', 'unknown']).optional(),
    keys: list().optional(),
    except_keys: exceptions().optional(),
    scopes: list().optional(),
    except_scopes: exceptions().optional(),
    roles: list().optional(),
    except_roles: exceptions().optional(),
    holds: list().optional(),
    source_scopes_at_least: amount().optional(),
  });
}

function populationShape<N, A>({ names: list, amount }: Kit<N, A>) {
  return section({
    who: list(),
    count: z.enum(['people', 'principals']).default('people'),
    at_most: amount().optional(),
    at_least: amount().optional(),
    at_most_percent: amount().optional(),
    at_least_percent: amount().optional(),
    of: z
      .union([z.literal('everyone'), list()], { error: 'must be "everyone" or a list of rights' })
      .optional(),
  });
}

function ageShape<N, A>({ amount }: Kit<N, A>) {
  return section({
    attribute: z.enum(DATES),
    otherwise: z.enum(DATES).optional(),
    older_than_days: amount().optional(),
    later_than_days: amount().optional(),
    past: z.literal(true, { error: 'must be true, or left out' }).optional(),
    missing: z.enum(['violated', 'unassessable', 'ignored']),
  });
}

/** What must be so for the rule to be broken: all of it. */
function matchShape<N, A>(kit: Kit<N, A>) {
  const { names: list, namesOrNone: exceptions, amount } = kit;
  return section({
    any_of: list().optional(),
    all_of: list().optional(),
    none_of: list().optional(),
    other_than: list().optional(),
    at_least: section({ n: amount(), of: list() }).optional(),
    must_have: list().optional(),
    levels: z.record(z.string(), z.string({ error: 'must be a comparison such as ">= manage"' })).optional(),
    tier: section({
      of: z.enum(['permission', 'role']),
      at_least: z.enum(['critical', 'high', 'medium', 'low']).optional(),
      is: z.array(z.enum(RISK_TIERS)).min(1).optional(),
    }).optional(),
    separation: section({
      sets: z.record(z.string(), list(), { error: 'must be named sets of rights' }),
      at_most: amount().optional(),
    }).optional(),
    redundant: section({ ignore: exceptions().optional() }).optional(),
    age: ageShape(kit).optional(),
    missing: z.array(z.enum(ATTRIBUTES), { error: 'must be a list of attributes' }).min(1).optional(),
    population: populationShape(kit).optional(),
    not_assessable: SENTENCE.optional(),
  });
}

const PARAMETER = section({
  description: SENTENCE,
  default: z.union([z.int(), namesOrNone()], { error: 'must be a whole number or a list of names' }),
  min: z.int({ error: 'must be a whole number' }).optional(),
  max: z.int({ error: 'must be a whole number' }).optional(),
});

function ruleShape<N, A>(kit: Kit<N, A>) {
  return {
    id: ID,
    version: whole(1, 9999),
    title: TITLE,
    severity: z.enum(SEVERITIES),
    product: text(/^[a-z0-9-]+$/, 'must be a product such as ivanti-epmm').optional(),
    why: SENTENCE,
    advice: SENTENCE,
    controls: z.array(z.string({ error: 'must be a control such as "NIST 800-53r5 AC-6"' }), {
      error: 'must be a list of controls such as "NIST 800-53r5 AC-6"',
    }),
    subject: z.enum(SUBJECTS),
    applies: appliesShape(kit).optional(),
    latent: z.enum(LATENT).optional(),
    combine: z.enum(COMBINE).optional(),
    match: matchShape(kit),
    when: z.never({ error: NOT_YET }).optional(),
    fields: z.array(z.enum(FIELDS), { error: 'must be a list of scope, role, permission' }).optional(),
    parameters: z.record(z.string(), PARAMETER, { error: 'must be a mapping of parameters' }).optional(),
    tests: z.array(testSchema(), { error: 'must be a list of tests' }).optional(),
  };
}

const openRule = () => section(ruleShape(OPEN));
const closedRule = () => section(ruleShape(CLOSED));

/** A rule as its file says it. */
export type WrittenRule = z.infer<ReturnType<typeof openRule>>;
/** A rule with every parameter put in. */
export type ClosedRule = z.infer<ReturnType<typeof closedRule>>;
export type Applies = NonNullable<ClosedRule['applies']>;
export type Match = ClosedRule['match'];
export type Population = NonNullable<Match['population']>;
export type Age = NonNullable<Match['age']>;
export type Field = (typeof FIELDS)[number];
export type Parameter = z.infer<typeof PARAMETER>;
export type ParameterValue = Parameter['default'];

export const WRITTEN_RULE: z.ZodType<WrittenRule> = openRule();
export const CLOSED_RULE: z.ZodType<ClosedRule> = closedRule();
