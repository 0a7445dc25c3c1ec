import { z } from 'zod';
import { type Risk, RiskTiers } from '../access/risk.js';
import { sha256 } from '../platform/canonical.js';
import { checkYaml } from '../platform/config/check.js';
import { text } from '../platform/config/fields.js';
import { section } from '../platform/config/section.js';

/** `unclassified` is not among them: that is what a missing entry means. */
const TIERS = ['critical', 'high', 'medium', 'low', 'protective'] as const;

const SENTENCE = text(/^\S.*\.$/, 'must be one sentence that says why');
const RISK = { tier: z.enum(TIERS), reason: SENTENCE };
const ENTRIES = { error: 'must be a mapping of entries' };

const FILE = section({
  kind: text(/^[a-z0-9-]+$/, 'must be the kind of source it is about, such as ivanti-epmm'),
  roles: z.record(z.string(), section({ name: text(/\S/, "must be the role's name"), ...RISK }), ENTRIES),
  permissions: z.record(z.string(), section(RISK), ENTRIES),
});

/**
 * Reads the text of `policies/<kind>/risk.yaml`.
 * @param name how the file is called in messages
 * @throws RolewatchError config-invalid with every fault of the file
 */
export function parseRiskTiers(yaml: string, name: string): RiskTiers {
  const { roles, permissions } = checkYaml(yaml, name, FILE);
  return new RiskTiers(sha256(yaml).toString('hex'), toMap(roles), toMap(permissions));
}

function toMap(entries: Readonly<Record<string, Risk>>): ReadonlyMap<string, Risk> {
  return new Map(Object.entries(entries).map(([key, { tier, reason }]) => [key, { tier, reason }]));
}
