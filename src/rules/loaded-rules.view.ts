/** The rules that files on this machine say, those that ship and those of the site, or those that somebody is writing. */
import { readFile } from 'node:fs/promises';
import { RolewatchError } from '../platform/errors.js';
import { projectFile } from '../platform/project-files.js';
import { loadPack, loadPacks } from './packs.view.js';
import type { SiteRisks } from './risk-tiers.js';
import { PRODUCTS } from './risk-tiers.view.js';
import type { RulesConfig } from './rules-config.js';
import { type RiskText, type Ruleset, rulesetFrom } from './ruleset.js';

/** How risky rights are, as it ships and as the site says instead. */
export async function riskTexts(site: SiteRisks = {}): Promise<RiskText[]> {
  return Promise.all(
    PRODUCTS.map(async (product) => ({
      product,
      text: await readFile(projectFile('policies', product, 'risk.yaml'), 'utf8'),
      site: Object.hasOwn(site, product) ? (site[product] ?? null) : null,
    })),
  );
}

/**
 * The ruleset that the configuration describes: what ships, the packs of the site, its parameters
 * and risks, without what it disabled.
 * @throws RolewatchError config-invalid with every fault of every file
 */
export async function configuredRuleset(config: RulesConfig): Promise<Ruleset> {
  const [files, risk] = await Promise.all([loadPacks(config.packs), riskTexts(config.risk)]);
  const { parameters, disabled, place } = config;
  return rulesetFrom(files, { parameters, disabled, risk, place });
}

/** The rules of one file or folder alone, as they are. @throws RolewatchError config-invalid, also where there are none */
export async function rulesetOfFile(path: string, product: string | undefined): Promise<Ruleset> {
  const [files, risk] = await Promise.all([loadPack(path, product), riskTexts()]);
  if (files.length === 0)
    throw new RolewatchError(
      'config-invalid',
      `there are no rules in ${path}: their files end with .yaml or .yml`,
    );
  return rulesetFrom(files, { parameters: {}, disabled: [], risk });
}
