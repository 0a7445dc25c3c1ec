import { type DynamicModule, Module } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { Log } from '../platform/log.js';
import type { AlertsConfig } from './alerts-config.js';
import { AlertsJob } from './alerts.job.js';

/** Tells people: what is worth telling leaves by mail and hooks. */
@Module({})
export class AlertsModule {
  /** @param sources names of the configured sources */
  static forRoot(alerts: AlertsConfig, sources: readonly string[]): DynamicModule {
    return {
      module: AlertsModule,
      providers: [
        {
          provide: AlertsJob,
          inject: [Database, Log],
          useFactory: (db: Database, log: Log) => new AlertsJob({ db, alerts, sources }, log),
        },
      ],
      exports: [AlertsJob],
    };
  }
}
