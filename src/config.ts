import { dirname, resolve } from 'node:path';
import { readConfigFile } from './platform/config/read-config-file.js';
import { section } from './platform/config/section.js';
import { type ServerConfig, serverConfig } from './platform/config/server-config.js';
import { type RulesConfig, rulesConfig } from './rules/risk-tiers.js';
import { shippedRiskTiers } from './rules/risk-tiers.view.js';
import { type SourcesConfig, sourcesSchema } from './sources/source-config.js';

/** The whole of rolewatch.yaml, checked, with every default filled in; each room describes its own part. */
export interface Config extends SourcesConfig {
  readonly rules: RulesConfig;
  readonly server: ServerConfig;
}

/** @throws RolewatchError config-invalid, with every fault of the file */
export async function loadConfig(file: string): Promise<Config> {
  const path = resolve(file);
  const rules = rulesConfig(await shippedRiskTiers());
  return readConfigFile(
    path,
    section({ sources: sourcesSchema(dirname(path)), rules, server: serverConfig() }),
  );
}
