import { Body, Controller, Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs, NeedsForAllSources } from '../platform/http/needs.js';
import { activateBody, activatedShape, activeShape } from './judging-shape.js';
import { ServeRuleset } from './serve-ruleset.job.js';

@Controller('api/v1/rules')
export class RulesetController {
  constructor(private readonly ruleset: ServeRuleset) {}

  @Get('active')
  @Needs('rules:read')
  @Answers({
    summary: 'The ruleset in force, who put it there, and whether the files differ',
    shape: activeShape,
  })
  active(): Promise<object> {
    return this.ruleset.active();
  }

  @Post('activate')
  @NeedsForAllSources('rules:activate')
  @Answers({
    summary: 'Put the rules of the files in force; every source is judged by them',
    shape: activatedShape,
  })
  activate(
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: activateBody }) { digest, reason }: z.infer<typeof activateBody>,
  ): Promise<object> {
    return this.ruleset.activate({ expected: digest, reason, actor });
  }
}
