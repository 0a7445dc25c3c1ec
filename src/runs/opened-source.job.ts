import type { SiteRisks } from '../rules/risk-tiers.js';
import { riskTiersOf } from '../rules/risk-tiers.view.js';
import { configDigest } from '../sources/config-digest.js';
import { openSource } from '../sources/open-source.client.js';
import { productOf, type SourceConfig, sourceNamed } from '../sources/source-config.js';
import type { OpenedSource } from './run-source.job.js';

/** What is read, and what the site thinks of the risks in it. */
export interface ConfiguredSources {
  readonly sources: readonly SourceConfig[];
  readonly risk: SiteRisks;
}

/** @throws RolewatchError unknown-source, config-invalid; SourceError for an unusable export */
export async function openConfigured(
  { sources, risk }: ConfiguredSources,
  name: string,
): Promise<OpenedSource> {
  const config = sourceNamed({ sources }, name);
  return {
    source: await openSource(config),
    configDigest: configDigest(config),
    tiers: await riskTiersOf(productOf(config.kind), risk),
    simulated: config.simulated,
    fullDetail: config.directoryDetail === 'full',
  };
}
