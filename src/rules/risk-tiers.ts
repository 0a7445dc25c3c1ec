import { z } from 'zod';
import { type Risk, RiskTiers } from '../access/risk.js';
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import { checkYaml } from '../platform/config/check.js';
import { flag, text } from '../platform/config/fields.js';
import { didYouMean } from '../platform/config/nearest.js';
import { section } from '../platform/config/section.js';

/** `unclassified` is not among them: that is what a missing entry means. */
const TIERS = ['critical', 'high', 'medium', 'low', 'protective'] as const;

const SENTENCE = text(/^\S.*\.$/, 'must be one sentence that says why');
const RISK = { tier: z.enum(TIERS), reason: SENTENCE };
const ENTRIES = { error: 'must be a mapping of entries' };

const FILE = section({
  kind: text(/^[a-z0-9-]+$/, 'must be the kind of source it is about, such as ivanti-epmm'),
  customRoles: flag().optional(),
  roles: z.record(z.string(), section({ name: text(/\S/, "must be the role's name"), ...RISK }), ENTRIES),
  permissions: z.record(z.string(), section(RISK), ENTRIES),
});

/**
 * Reads the text of `policies/<kind>/risk.yaml`.
 * @param name how the file is called in messages
 * @throws RolewatchError config-invalid with every fault of the file
 */
export function parseRiskTiers(yaml: string, name: string): RiskTiers {
  const { roles, permissions, customRoles } = checkYaml(yaml, name, FILE);
  return new RiskTiers(sha256(yaml).toString('hex'), toMap(roles), toMap(permissions), customRoles);
}

/** What a site thinks of the risks of one product, where it differs from what ships. */
export interface SiteRisk {
  readonly roles: Readonly<Record<string, Risk>>;
  readonly permissions: Readonly<Record<string, Risk>>;
}

/** By product. */
export type SiteRisks = Readonly<Record<string, SiteRisk>>;

/**
 * `rules.risk` of rolewatch.yaml: by product, entries for permissions and roles that take the place of those that ship.
 * @param shipped by product, what ships: a permission must be among it
 */
export function siteRisksSchema(shipped: ReadonlyMap<string, RiskTiers>): z.ZodType<SiteRisks> {
  const products = [...shipped].map(([product, tiers]) => [product, siteRisk(tiers).optional()]);
  return section(
    Object.fromEntries(products) as Record<string, z.ZodOptional<z.ZodType<SiteRisk>>>,
  ).transform((risks) =>
    Object.fromEntries(Object.entries(risks).flatMap(([product, risk]) => (risk ? [[product, risk]] : []))),
  );
}

function siteRisk(tiers: RiskTiers): z.ZodType<SiteRisk> {
  const known = tiers.knownPermissions;
  const entries = z.record(z.string(), section(RISK), ENTRIES);
  const refuseUnknown = (stated: object, context: z.RefinementCtx): void => {
    for (const permission of Object.keys(stated).filter((one) => !known.includes(one))) {
      const hint = didYouMean(permission, known) || '; names stand in policies/*/risk.yaml';
      context.addIssue({ code: 'custom', message: `no such permission is known${hint}`, path: [permission] });
    }
  };
  const permissions = entries.superRefine(refuseUnknown, {
    when: ({ value }) => typeof value === 'object' && value !== null,
  });
  return section({ permissions: permissions.default({}), roles: entries.default({}) });
}

/** What the section `rules` says of risks. */
export interface RiskConfig {
  readonly risk: SiteRisks;
}

/** The tiers that hold at a site: what it says itself, and for the rest what ships. The digest covers both. */
export function withSiteRisk(shipped: RiskTiers, site: SiteRisk | undefined): RiskTiers {
  if (site === undefined || Object.keys({ ...site.roles, ...site.permissions }).length === 0) return shipped;
  const { roles, permissions } = site;
  const digest = sha256(canonicalBytes({ shipped: shipped.digest, site: { roles, permissions } }));
  return shipped.withOverrides(digest.toString('hex'), toMap(roles), toMap(permissions));
}

function toMap(entries: Readonly<Record<string, Risk>>): ReadonlyMap<string, Risk> {
  return new Map(Object.entries(entries).map(([key, { tier, reason }]) => [key, { tier, reason }]));
}
