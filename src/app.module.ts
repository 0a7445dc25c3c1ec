import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { API, apiDocument } from './api.js';
import { AlertsTest } from './alerts/alerts-test.job.js';
import { checkAlertReferences } from './alerts/delivery/channels.client.js';
import type { Config } from './config.js';
import { ServeEvidence } from './evidence/serve-evidence.job.js';
import { ServeRuleset } from './findings/serve-ruleset.job.js';
import { SiteJudging } from './findings/site-judging.view.js';
import { judgePartsOf } from './judging.js';
import { ApiDocument } from './platform/http/openapi.js';
import type { Log } from './platform/log.js';
import type { OpenDatabase } from './platform/open-database.js';
import { PlatformModule } from './platform/platform.module.js';
import { riskTiersOf } from './rules/risk-tiers.view.js';
import { RulesInForce } from './rules/rules-config.js';
import { ServeRules } from './rules/serve-rules.job.js';
import { RUNS_CONTROLLERS, RunsModule } from './runs/runs.module.js';
import type { AccountsOfSources } from './snapshots/own-account.js';
import { Site } from './snapshots/site.js';
import { checkReferences } from './sources/references.client.js';
import { ownAccountOf, productOf } from './sources/source-config.js';

/** The service: every room that takes part in it. */
@Module({})
export class AppModule {
  /** @throws RolewatchError config-invalid, naming every secret and file that the configuration refers to in vain */
  static async forRoot(config: Config, opened: OpenDatabase, log: Log): Promise<DynamicModule> {
    await checkReferences(config.sources);
    await checkAlertReferences(config.alerts);
    const parts = judgePartsOf(config, opened.db);
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot(opened, log),
        AccountsModule,
        RunsModule.forRoot(
          { sources: config.sources, risk: config.rules.risk },
          config.alerts,
          parts,
          config.server.roles,
          config.retention,
        ),
      ],
      controllers: config.server.roles.includes('api')
        ? API.filter((controller) => !RUNS_CONTROLLERS.includes(controller))
        : [],
      providers: [
        ServeEvidence,
        ServeRules,
        ServeRuleset,
        { provide: AlertsTest, useValue: new AlertsTest(opened.db, config.alerts) },
        { provide: SiteJudging, useValue: new SiteJudging(parts) },
        { provide: RulesInForce, useValue: new RulesInForce(config.rules) },
        { provide: Site, useValue: siteOf(config) },
        { provide: ApiDocument, useFactory: () => new ApiDocument(apiDocument()) },
      ],
    };
  }
}

function siteOf({ sources, rules }: Pick<Config, 'rules'> & AccountsOfSources): Site {
  return {
    tiersOf: (kind) => riskTiersOf(productOf(kind), rules.risk),
    ownAccountOf(name) {
      const source = sources.find((one) => one.name === name);
      return source === undefined ? null : ownAccountOf(source);
    },
  };
}
