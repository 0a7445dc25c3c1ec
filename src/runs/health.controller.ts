import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type Actor, maySee } from '../platform/http/actor.js';
import { CurrentActor, NeedsNothing, NeedsUnlessLocal } from '../platform/http/needs.js';
import { Health, type HealthReport } from './health.job.js';

@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** The process runs. Says nothing of the database, so that an outage there does not restart every replica. */
  @Get('live')
  @NeedsNothing()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Anybody may ask: so it says in one word what is wrong, and names nothing. */
  @Get('ready')
  @NeedsNothing()
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; why?: string[] }> {
    const why = (await this.health.unready()).map(({ code }) => code);
    if (why.length === 0) return { status: 'ok' };
    response.status(503);
    return { status: 'unavailable', why };
  }

  @Get()
  @NeedsUnlessLocal('sources:read')
  async report(
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<HealthReport & { notJudging: string | null }> {
    const report = await this.health.report();
    if (report.status === 'unavailable') response.status(503);
    const sources = report.sources.filter(({ source }) => maySee(actor, source));
    return { ...report, sources, notJudging: this.health.notJudging };
  }
}
