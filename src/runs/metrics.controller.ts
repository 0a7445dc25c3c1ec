import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Actor } from '../platform/http/actor.js';
import { CurrentActor, NeedsUnlessLocal } from '../platform/http/needs.js';
import { MetricsJob } from './metrics.job.js';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsJob) {}

  @Get()
  @NeedsUnlessLocal('metrics:read')
  async all(@CurrentActor() actor: Actor, @Res() response: Response): Promise<void> {
    const text = await this.metrics.render(actor);
    response.setHeader('content-type', this.metrics.contentType);
    response.end(text);
  }
}
