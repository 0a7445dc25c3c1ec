import { Controller, Get, Header } from '@nestjs/common';
import type { Actor } from '../platform/http/actor.js';
import { CurrentActor, NeedsUnlessLocal } from '../platform/http/needs.js';
import { StatusPageJob } from './status-page.job.js';

@Controller()
export class PageController {
  constructor(private readonly page: StatusPageJob) {}

  @Get()
  @NeedsUnlessLocal('drift:read')
  @Header('content-type', 'text/html; charset=utf-8')
  async latest(@CurrentActor() actor: Actor): Promise<string> {
    return this.page.render(actor);
  }
}
