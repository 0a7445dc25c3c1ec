import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import { acknowledgeFinding } from './acknowledge.job.js';
import { findingAnswer, findingsAnswer } from './findings-answer.view.js';
import {
  acknowledgeBody,
  acknowledgedShape,
  findingNumber,
  findingShape,
  findingsQuery,
  findingsShape,
} from './findings-shape.js';

@Controller('api/v1')
export class FindingsController {
  constructor(private readonly db: Database) {}

  @Get('findings')
  @Needs('findings:read')
  @Answers({ summary: 'What breaks the rules, in all sources', shape: findingsShape })
  async all(
    @CurrentActor() actor: Actor,
    @Query({ schema: findingsQuery }) wanted: z.infer<typeof findingsQuery>,
  ): Promise<object> {
    const names = (await knownSources(this.db)).map(({ name }) => name);
    const seen = names.filter((name) => maySee(actor, name));
    return { findings: await findingsAnswer(this.db, seen, wanted) };
  }

  @Get('sources/:source/findings')
  @Needs('findings:read')
  @Answers({ summary: 'What breaks the rules in one source', shape: findingsShape })
  async ofSource(
    @Param('source') source: string,
    @Query({ schema: findingsQuery }) wanted: z.infer<typeof findingsQuery>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return { findings: await findingsAnswer(this.db, [source], wanted) };
  }

  @Get('sources/:source/findings/:finding')
  @Needs('findings:read')
  @Answers({ summary: 'One finding, with everything that ever happened to it', shape: findingShape })
  async one(
    @Param('source') source: string,
    @Param('finding', { schema: findingNumber }) finding: number,
  ): Promise<object> {
    return findingAnswer(this.db, source, finding);
  }

  @Post('sources/:source/findings/:finding/acknowledge')
  @Needs('findings:acknowledge')
  @Answers({
    summary: 'Say that somebody has seen a finding, and what they do about it',
    shape: acknowledgedShape,
  })
  async acknowledge(
    @Param('source') source: string,
    @Param('finding', { schema: findingNumber }) finding: number,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: acknowledgeBody }) { reason }: z.infer<typeof acknowledgeBody>,
  ): Promise<object> {
    return acknowledgeFinding(this.db, { source, finding, actor, reason });
  }
}
