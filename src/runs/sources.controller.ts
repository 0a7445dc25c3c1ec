import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { Health } from './health.job.js';
import { PauseStore } from './pause.store.js';
import { PulseJob } from './pulse.job.js';
import { ServeLookup } from './serve-lookup.job.js';
import { lookupBody, lookupShape, resumedShape, sourcesShape, startedShape } from './sources-shape.js';

@Controller('api/v1/sources')
export class SourcesController {
  constructor(
    private readonly db: Database,
    private readonly pulse: PulseJob,
    private readonly directory: ServeLookup,
    private readonly health: Health,
  ) {}

  @Get()
  @Needs('sources:read')
  @Answers({ summary: 'How each source is doing', shape: sourcesShape })
  async sources(@CurrentActor() actor: Actor): Promise<object> {
    const sources = await this.health.sources();
    return { sources: sources.filter(({ source }) => maySee(actor, source)) };
  }

  @Post(':source/runs')
  @Needs('runs:start')
  @Answers({
    summary: 'Read a source now, on the path that the clock takes',
    shape: startedShape,
    status: 202,
  })
  async run(@Param('source') source: string, @CurrentActor() actor: Actor): Promise<object> {
    await knownSource(this.db, source);
    const { dueAt } = await this.pulse.startNow(source, actor.id);
    return { source, slot: dueAt };
  }

  @Post(':source/resume')
  @Needs('sources:resume')
  @Answers({ summary: 'Read a paused source again', shape: resumedShape })
  async resume(@Param('source') source: string, @CurrentActor() actor: Actor): Promise<object> {
    await knownSource(this.db, source);
    const pausedWhy = await new PauseStore(this.db).resume(source, actor.id);
    return { source, resumed: pausedWhy !== null, ...(pausedWhy !== null && { pausedWhy }) };
  }

  @Post(':source/lookup')
  @Needs('directory:lookup')
  @Answers({ summary: 'Look up a word among the LDAP entries that a source knows', shape: lookupShape })
  async lookup(
    @Param('source') source: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: lookupBody }) question: z.infer<typeof lookupBody>,
  ): Promise<object> {
    const { word, scope } = question;
    return { source, word, scope, ...(await this.directory.ask(source, question, actor.id)) };
  }
}
