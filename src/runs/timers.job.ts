import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AlertsJob } from '../alerts/alerts.job.js';
import { JudgePulse } from './judge.job.js';
import { PulseJob } from './pulse.job.js';
import { RetentionPulse } from './retention.job.js';
import { PULSE_MS, RETENTION_MS } from './timing.js';

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
    private readonly retention: RetentionPulse,
  ) {}

  /**
   * The first look is at once, so that slots are seen, and missed ones recorded, as soon as the service is up.
   * Judging looks first: it puts the rules in force that manifests name.
   */
  async onApplicationBootstrap(): Promise<void> {
    await this.judge.beat();
    await this.pulse.beat();
  }

  @Interval('pulse', PULSE_MS)
  async beat(): Promise<void> {
    await Promise.all([this.pulse.beat(), this.judge.beat()]);
  }

  /** What is worth telling leaves by a timer of its own: a mail server that hangs keeps no source from being read. */
  @Interval('alerts', PULSE_MS)
  async tell(): Promise<void> {
    await this.alerts.beat();
  }

  /** Nightly; looked for more often, so that whoever is killed has a successor the same night. */
  @Interval('retention', RETENTION_MS)
  async forget(): Promise<void> {
    await this.retention.beat();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.pulse.drain(), this.judge.drain(), this.retention.drain()]);
    await this.alerts.drain();
  }
}
