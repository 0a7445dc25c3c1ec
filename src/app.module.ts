import { type DynamicModule, Module } from '@nestjs/common';
import { checkAlertReferences } from './alerts/delivery/channels.client.js';
import type { Config } from './config.js';
import { judgePartsOf } from './judging.js';
import type { Log } from './platform/log.js';
import type { OpenDatabase } from './platform/open-database.js';
import { PlatformModule } from './platform/platform.module.js';
import { RunsModule } from './runs/runs.module.js';
import { checkReferences } from './sources/references.client.js';

/** The service: every room that takes part in it. */
@Module({})
export class AppModule {
  /** @throws RolewatchError config-invalid, naming every secret and file that the configuration refers to in vain */
  static async forRoot(config: Config, opened: OpenDatabase, log: Log): Promise<DynamicModule> {
    await checkReferences(config.sources);
    await checkAlertReferences(config.alerts);
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot(opened, log),
        RunsModule.forRoot(
          { sources: config.sources, risk: config.rules.risk },
          config.alerts,
          judgePartsOf(config, opened.db),
        ),
      ],
    };
  }
}
