import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JudgeDue, type JudgeParts } from '../findings/judge-due.job.js';
import { Database } from '../platform/database.js';
import { Log } from '../platform/log.js';
import { TagKeys } from '../platform/tag-key.store.js';
import type { SourceConfig } from '../sources/source-config.js';
import { HealthController } from './health.controller.js';
import { Health } from './health.job.js';
import { JudgePulse } from './judge.job.js';
import { LeasedRun } from './leased-run.job.js';
import { type ConfiguredSources, openConfigured } from './opened-source.job.js';
import { PageController } from './page.controller.js';
import { type PulsedSource, PulseJob } from './pulse.job.js';
import { retireUnconfigured } from './retire-source.job.js';
import { RunSource } from './run-source.job.js';
import { ScheduleStore } from './schedule.store.js';
import { SlotStore } from './slot.store.js';
import { StatusPageJob } from './status-page.job.js';
import { Timers } from './timers.job.js';

/** The clock and its pages: what a replica of the service does. */
@Module({})
export class RunsModule {
  static forRoot(configured: ConfiguredSources, judge: JudgeParts): DynamicModule {
    return {
      module: RunsModule,
      imports: [ScheduleModule.forRoot()],
      controllers: [HealthController, PageController],
      providers: [
        Health,
        {
          provide: StatusPageJob,
          inject: [Database, Health],
          useFactory: (db: Database, health: Health) => new StatusPageJob(db, health, configured.risk),
        },
        Timers,
        {
          provide: JudgePulse,
          inject: [Log],
          useFactory: (log: Log) => new JudgePulse(new JudgeDue(judge), log),
        },
        {
          provide: PulseJob,
          inject: [Database, TagKeys, Log],
          useFactory: (db: Database, tagKeys: TagKeys, log: Log) => pulseOf(configured, db, tagKeys, log),
        },
      ],
    };
  }
}

function pulseOf(of: ConfiguredSources, db: Database, tagKeys: TagKeys, log: Log): PulseJob {
  const slots = new SlotStore(db);
  const story = new RunSource({ db, tagKeys, slots, open: (name) => openConfigured(of, name) });
  const retire = (configured: readonly string[]) =>
    retireUnconfigured({ db, tagKeys, slots, risk: of.risk }, configured, false);
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
