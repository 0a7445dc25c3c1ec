import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { routingOf } from '../alerts/alert-routing.js';
import type { AlertsConfig } from '../alerts/alerts-config.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { JudgeDue, type JudgeParts } from '../findings/judge-due.job.js';
import { Database } from '../platform/database.js';
import { type Role, ROLES } from '../platform/config/server-config.js';
import { HttpMetrics } from '../platform/http/http-metrics.js';
import { Log } from '../platform/log.js';
import { TagKeys } from '../platform/tag-key.store.js';
import type { SourceConfig } from '../sources/source-config.js';
import { HookJob } from './hook.job.js';
import { HookSecrets } from './hook-secrets.job.js';
import { HooksController } from './hooks.controller.js';
import { HealthController } from './health.controller.js';
import { Health } from './health.job.js';
import { JudgePulse } from './judge.job.js';
import { LeasedRun } from './leased-run.job.js';
import { type ConfiguredSources, openConfigured } from './opened-source.job.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsJob } from './metrics.job.js';
import { PageController } from './page.controller.js';
import { type PulsedSource, PulseJob } from './pulse.job.js';
import { OwnRoles, ReplicaJob } from './replica.job.js';
import { RetentionPulse } from './retention.job.js';
import { FOR_EVER, type RetentionConfig } from './retention/retention-config.js';
import { RetentionController } from './retention/retention.controller.js';
import { RetentionWatch } from './retention/retention-watch.job.js';
import { Retain } from './retention/retain.job.js';
import { retireUnconfigured } from './retire-source.job.js';
import { RunSource } from './run-source.job.js';
import { ScheduleStore } from './schedule.store.js';
import { SlotStore } from './slot.store.js';
import { SchemaWatch } from './schema-watch.job.js';
import { ServeLookup } from './serve-lookup.job.js';
import { SourcesController } from './sources.controller.js';
import { StatusPageJob } from './status-page.job.js';
import { Timers } from './timers.job.js';

/** What every process answers. */
const WATCHED = [HealthController, MetricsController];
export const RUNS_CONTROLLERS: readonly Type<object>[] = [
  ...WATCHED,
  PageController,
  SourcesController,
  RetentionController,
  HooksController,
];

/** The clock and its pages: what a replica of the service does. */
@Module({})
export class RunsModule {
  static forRoot(
    configured: ConfiguredSources,
    alerts: AlertsConfig,
    judge: JudgeParts,
    roles: readonly Role[] = ROLES,
    retention: RetentionConfig = FOR_EVER,
  ): DynamicModule {
    const names = configured.sources.map(({ name }) => name);
    return {
      module: RunsModule,
      imports: [ScheduleModule.forRoot(), AlertsModule.forRoot(alerts, names)],
      controllers: roles.includes('api') ? [...RUNS_CONTROLLERS] : WATCHED,
      providers: [
        Health,
        HttpMetrics,
        MetricsJob,
        {
          provide: StatusPageJob,
          inject: [Database, Health],
          useFactory: (db: Database, health: Health) => new StatusPageJob(db, health, configured.risk),
        },
        SchemaWatch,
        Timers,
        { provide: OwnRoles, useValue: { roles, sources: names } },
        ReplicaJob,
        {
          provide: ServeLookup,
          inject: [Database],
          useFactory: (db: Database) => new ServeLookup(db, configured.sources),
        },
        HookJob,
        { provide: HookSecrets, useValue: new HookSecrets(configured.sources) },
        {
          provide: JudgePulse,
          inject: [Log],
          useFactory: (log: Log) => new JudgePulse(new JudgeDue(judge), log),
        },
        {
          provide: RetentionPulse,
          inject: [Database, Log],
          useFactory: (db: Database, log: Log) =>
            new RetentionPulse(new Retain({ db, config: retention, actor: 'rolewatch' }), log),
        },
        {
          provide: RetentionWatch,
          inject: [Database, Log],
          useFactory: (db: Database, log: Log) =>
            new RetentionWatch(db, retention, names, routingOf(alerts), log),
        },
        {
          provide: PulseJob,
          inject: [Database, TagKeys, Log],
          useFactory: (db: Database, tagKeys: TagKeys, log: Log) =>
            pulseOf(configured, alerts, { db, tagKeys, log }),
        },
      ],
    };
  }
}

interface PulseParts {
  readonly db: Database;
  readonly tagKeys: TagKeys;
  readonly log: Log;
}

function pulseOf(of: ConfiguredSources, alerts: AlertsConfig, { db, tagKeys, log }: PulseParts): PulseJob {
  const slots = new SlotStore(db);
  const routing = routingOf(alerts);
  const story = new RunSource({ db, tagKeys, slots, routing, open: (name) => openConfigured(of, name) });
  const retire = (configured: readonly string[]) =>
    retireUnconfigured({ db, tagKeys, slots, routing, risk: of.risk }, configured, false);
  return new PulseJob(
    of.sources.map(pulsed),
    new ScheduleStore(db),
    slots,
    new LeasedRun(slots, story),
    retire,
    log,
  );
}

function pulsed({ name, kind, schedule, timezone, limits }: SourceConfig): PulsedSource {
  return {
    name,
    kind,
    schedule: schedule === null ? null : { expression: schedule, timezone },
    limitMs: limits.runMinutes * 60_000,
  };
}
