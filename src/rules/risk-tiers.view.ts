import { readFile } from 'node:fs/promises';
import type { RiskTiers } from '../access/risk.js';
import { projectFile } from '../platform/project-files.js';
import { parseRiskTiers } from './risk-tiers.js';

/** The risk tiers that ship for a product, such as `ivanti-epmm`. @throws RolewatchError config-invalid */
export async function riskTiersOf(product: string): Promise<RiskTiers> {
  const path = ['policies', product, 'risk.yaml'];
  return parseRiskTiers(await readFile(projectFile(...path), 'utf8'), path.join('/'));
}
