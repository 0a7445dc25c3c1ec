import type { RiskTier } from '../access/model.js';
import { type RiskTiers, worstRisk } from '../access/risk.js';
import type { ReportedChange } from './report.js';

/** How bad a change can be: the worst right that it gives or takes. Undefined: it is not about rights. */
export function riskOfChange(change: ReportedChange, tiers: RiskTiers): RiskTier | undefined {
  const { effective, role, members } = change;
  const permissions = [...(effective?.gained ?? []), ...(effective?.lost ?? []), ...(members?.allows ?? [])];
  const risks = permissions.map((permission) => tiers.ofPermission(permission));
  return worstRisk(role ? [tiers.ofRole(role.id, permissions)] : risks)?.tier;
}
