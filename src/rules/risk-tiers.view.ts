import { readFile } from 'node:fs/promises';
import type { RiskTiers } from '../access/risk.js';
import { projectFile } from '../platform/project-files.js';
import { parseRiskTiers, type SiteRisks, withSiteRisk } from './risk-tiers.js';

/** The products that risk tiers ship for. */
export const PRODUCTS = ['ivanti-epmm', 'mambo-emm'] as const;

/**
 * The risk tiers of a product, such as `ivanti-epmm`: those that ship, under what the site says.
 * @throws RolewatchError config-invalid
 */
export async function riskTiersOf(product: string, site: SiteRisks = {}): Promise<RiskTiers> {
  const path = ['policies', product, 'risk.yaml'];
  const shipped = parseRiskTiers(await readFile(projectFile(...path), 'utf8'), path.join('/'));
  return withSiteRisk(shipped, Object.hasOwn(site, product) ? site[product] : undefined);
}

/** What ships, by product: what `rules.risk` of a configuration is checked against. */
export async function shippedRiskTiers(): Promise<ReadonlyMap<string, RiskTiers>> {
  return new Map(
    await Promise.all(PRODUCTS.map(async (product) => [product, await riskTiersOf(product)] as const)),
  );
}
