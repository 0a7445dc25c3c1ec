import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { NeedsOwnSecret } from '../platform/http/needs.js';
import { HookJob } from './hook.job.js';

/** For other systems: something has changed, look at the source now. Beside the API: they have no token. */
@Controller('hooks')
export class HooksController {
  constructor(private readonly hooks: HookJob) {}

  @Post(':source')
  @NeedsOwnSecret()
  @HttpCode(202)
  async hint(@Param('source') source: string, @Req() { ip, headers }: Request): Promise<object> {
    return this.hooks.hint(source, { address: ip ?? 'unknown', headers });
  }
}
