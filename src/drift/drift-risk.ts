import type { RiskTier } from '../access/model.js';
import { type RiskTiers, worstRisk } from '../access/risk.js';
import type { ReportedChange } from './report.js';

/** How bad a change can be: the worst right that it gives or takes. Undefined: it is not about rights. */
export function riskOfChange(change: ReportedChange, tiers: RiskTiers): RiskTier | undefined {
  const { effective, latent, role, members } = change;
  // what is latent comes to life with one more right
  const permissions = [effective, latent].flatMap((sides) => [
    ...(sides?.gained ?? []),
    ...(sides?.lost ?? []),
  ]);
  permissions.push(...(members?.allows ?? []));
  const risks = permissions.map((permission) => tiers.ofPermission(permission));
  const isJudgedAsRole = role !== undefined && (permissions.length > 0 || !tiers.customRoles);
  return worstRisk(isJudgedAsRole ? [tiers.ofRole(role.id, permissions)] : risks)?.tier;
}
