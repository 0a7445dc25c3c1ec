import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { type Actor, maySee } from '../platform/http/actor.js';
import { CurrentActor, NeedsNothing, NeedsUnlessLocal } from '../platform/http/needs.js';
import { Health } from './health.job.js';
import type { SourceStatus } from './status.view.js';

@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** The process runs. Says nothing of the database, so that an outage there does not restart every replica. */
  @Get('live')
  @NeedsNothing()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @NeedsNothing()
  async ready(): Promise<{ status: 'ok' }> {
    if (await this.health.ready()) return { status: 'ok' };
    throw new ServiceUnavailableException({ status: 'unavailable' });
  }

  @Get()
  @NeedsUnlessLocal('sources:read')
  async sources(
    @CurrentActor() actor: Actor,
  ): Promise<{ sources: SourceStatus[]; notJudging: string | null }> {
    const sources = await this.health
      .sources()
      .catch(() => Promise.reject(new ServiceUnavailableException()));
    return {
      notJudging: this.health.notJudging,
      sources: sources.filter(({ source }) => maySee(actor, source)),
    };
  }
}
