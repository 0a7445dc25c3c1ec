import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Health } from './health.job.js';
import type { SourceStatus } from './status.view.js';

@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** The process runs. Says nothing of the database, so that an outage there does not restart every replica. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready(): Promise<{ status: 'ok' }> {
    if (await this.health.ready()) return { status: 'ok' };
    throw new ServiceUnavailableException({ status: 'unavailable' });
  }

  @Get()
  async sources(): Promise<{ sources: SourceStatus[]; notJudging: string | null }> {
    return {
      notJudging: this.health.notJudging,
      sources: await this.health.sources().catch(() => Promise.reject(new ServiceUnavailableException())),
    };
  }
}
