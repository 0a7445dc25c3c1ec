import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import { checkAnswer } from './check-answer.view.js';
import { sourcesToCheck } from './check.view.js';
import { judgeAgain } from './judge-again.job.js';
import { checkQuery, checkShape, judgementAskedShape, waiversShape } from './judging-shape.js';
import { SiteJudging } from './site-judging.view.js';
import { waiversAnswer } from './waivers-answer.view.js';

@Controller('api/v1')
export class JudgingController {
  constructor(
    private readonly db: Database,
    private readonly judging: SiteJudging,
  ) {}

  @Get('check')
  @Needs('findings:read')
  @Answers({ summary: 'What is open in all sources by their latest judgements', shape: checkShape })
  async checkAll(
    @CurrentActor() actor: Actor,
    @Query({ schema: checkQuery }) { failOn }: z.infer<typeof checkQuery>,
  ): Promise<object> {
    const read = (await knownSources(this.db)).filter(
      ({ name, lastSeq }) => lastSeq > 0 && maySee(actor, name),
    );
    const names = read.map(({ name }) => name);
    return checkAnswer(this.judging.parts, names, failOn);
  }

  @Get('sources/:source/check')
  @Needs('findings:read')
  @Answers({ summary: 'What is open in one source by its latest judgement', shape: checkShape })
  async check(
    @Param('source') source: string,
    @Query({ schema: checkQuery }) { failOn }: z.infer<typeof checkQuery>,
  ): Promise<object> {
    return checkAnswer(this.judging.parts, await sourcesToCheck(this.db, source), failOn);
  }

  @Post('sources/:source/judgements')
  @Needs('judgements:start')
  @Answers({
    summary: 'Judge the latest snapshot once more, at the next look',
    shape: judgementAskedShape,
    status: 202,
  })
  async again(@Param('source') source: string, @CurrentActor() { id: actor }: Actor): Promise<object> {
    await judgeAgain(this.db, source, actor);
    return { source, due: true };
  }

  @Get('waivers')
  @Needs('waivers:read')
  @Answers({ summary: 'What is accepted for a time, and what each waiver covers', shape: waiversShape })
  async allWaivers(@CurrentActor() actor: Actor): Promise<object> {
    const names = (await knownSources(this.db)).map(({ name }) => name);
    const sees = (source: string): boolean => maySee(actor, source);
    return { waivers: await waiversAnswer(this.judging.parts, names.filter(sees), sees) };
  }

  @Get('sources/:source/waivers')
  @Needs('waivers:read')
  @Answers({ summary: 'The waivers of one source', shape: waiversShape })
  async waivers(@Param('source') source: string): Promise<object> {
    await knownSource(this.db, source);
    return { waivers: await waiversAnswer(this.judging.parts, [source], (one) => one === source) };
  }
}
