import { dirname, resolve } from 'node:path';
import { type AlertsConfig, alertsSchema } from './alerts/alerts-config.js';
import { refuseLostRoutes } from './alerts/lost-routes.js';
import { type WaiversConfig, waiversKey } from './findings/findings-config.js';
import { placesIn, readConfigFile } from './platform/config/read-config-file.js';
import { section } from './platform/config/section.js';
import { type ServerConfig, serverConfig } from './platform/config/server-config.js';
import {
  refuseStrayRetention,
  type RetentionConfig,
  retentionSchema,
} from './runs/retention/retention-config.js';
import { siteRisksSchema } from './rules/risk-tiers.js';
import { ruleIds } from './rules/rule-ids.view.js';
import { shippedRiskTiers } from './rules/risk-tiers.view.js';
import { type RulesConfig, rulesKeys } from './rules/rules-config.js';
import { type SourcesConfig, sourcesSchema } from './sources/source-config.js';

/** The whole of rolewatch.yaml, checked, with every default filled in; each room describes its own part. */
export interface Config extends SourcesConfig {
  readonly server: ServerConfig;
  readonly rules: RulesConfig & WaiversConfig;
  readonly alerts: AlertsConfig;
  readonly retention: RetentionConfig;
}

/** @throws RolewatchError config-invalid, with every fault of the file */
export async function loadConfig(file: string): Promise<Config> {
  const path = resolve(file);
  const folder = dirname(path);
  const risk = siteRisksSchema(await shippedRiskTiers()).prefault({});
  const rules = section({ ...rulesKeys(folder), risk, waivers: waiversKey(folder) });
  const rooms = {
    sources: sourcesSchema(folder),
    server: serverConfig(folder),
    rules: rules.prefault({ waivers: undefined }),
    alerts: alertsSchema(folder),
    retention: retentionSchema(),
  };
  // what only the whole file can tell is told with the faults of its parts
  const always = { when: () => true };
  const whole = (known?: readonly string[]) =>
    section(rooms)
      .superRefine((value, context) => refuseLostRoutes(value, context, known), always)
      .superRefine(refuseStrayRetention, always);
  const config = await readConfigFile(path, whole());
  // which rules there are, the file itself says: it is looked at again
  if (config.alerts.routes.some(({ rules: named }) => named))
    await readConfigFile(path, whole(await ruleIds(config.rules.packs)));
  // what rules make of it is known only with their files: it is told with its place as well
  return { ...config, rules: { ...config.rules, place: await placesIn(path) } };
}
