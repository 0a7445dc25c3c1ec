import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AlertsJob } from '../alerts/alerts.job.js';
import { within } from '../platform/within.js';
import { JudgePulse } from './judge.job.js';
import { PulseJob } from './pulse.job.js';
import { ReplicaJob } from './replica.job.js';
import { RetentionPulse } from './retention.job.js';
import { RetentionWatch } from './retention/retention-watch.job.js';
import { SchemaWatch } from './schema-watch.job.js';
import { PULSE_MS, RETENTION_MS, TIMING } from './timing.js';

const DRAIN_MS = TIMING.graceMs + TIMING.handBackMs;

/**
 * Every timer of the service. A timer only says that it is time to look; what is due is decided in PostgreSQL,
 * so any number of replicas may have the same timers.
 */
@Injectable()
export class Timers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly pulse: PulseJob,
    private readonly judge: JudgePulse,
    private readonly alerts: AlertsJob,
    private readonly replica: ReplicaJob,
    private readonly retention: RetentionPulse,
    private readonly watch: RetentionWatch,
    private readonly schema: SchemaWatch,
  ) {}

  /**
   * The first look is at once, so that slots are seen, and missed ones recorded, as soon as the service is up.
   * Judging looks first: it puts the rules in force that manifests name.
   */
  async onApplicationBootstrap(): Promise<void> {
    if (await this.mayWork()) {
      await this.judge.beat();
      await this.pulse.beat();
    }
    await this.replica.beat(this.pulse.lookedMsAgo);
  }

  @Interval('pulse', PULSE_MS)
  async beat(): Promise<void> {
    if (await this.mayWork()) await Promise.all([this.pulse.beat(), this.judge.beat()]);
  }

  /** By a timer of its own: what hangs elsewhere has to show. */
  @Interval('replica', PULSE_MS)
  async tellOfItself(): Promise<void> {
    await this.replica.beat(this.pulse.lookedMsAgo);
  }

  /** What is worth telling leaves by a timer of its own: a mail server that hangs keeps no source from being read. */
  @Interval('alerts', PULSE_MS)
  async tell(): Promise<void> {
    if (!(await this.mayWork())) return;
    await this.watch.beat();
    await this.alerts.beat();
  }

  /** Nightly; looked for more often, so that whoever is killed has a successor the same night. */
  @Interval('retention', RETENTION_MS)
  async forget(): Promise<void> {
    if (await this.mayWork()) await this.retention.beat();
  }

  /** Who only answers still reads what people ask for: not on a schema that another version has made. */
  private async mayWork(): Promise<boolean> {
    const why = await this.schema.look();
    this.pulse.rest(why);
    return why === null && this.replica.works;
  }

  /** Each is asked at once, and none is waited for longer than runs are: what hangs is taken over by others. */
  async beforeApplicationShutdown(): Promise<void> {
    const others = [this.judge.drain(), this.alerts.drain(), this.retention.drain(), this.replica.leave()];
    await Promise.all([this.pulse.drain(), within(DRAIN_MS, Promise.all(others))]);
  }
}
