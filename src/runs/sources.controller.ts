import { Controller, Get, Param, Post } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { PauseStore } from './pause.store.js';
import { PulseJob } from './pulse.job.js';
import { resumedShape, sourcesShape, startedShape } from './sources-shape.js';
import { statusOfSources } from './status.view.js';

@Controller('api/v1/sources')
export class SourcesController {
  constructor(
    private readonly db: Database,
    private readonly pulse: PulseJob,
  ) {}

  @Get()
  @Needs('sources:read')
  @Answers({ summary: 'How each source is doing', shape: sourcesShape })
  async sources(@CurrentActor() actor: Actor): Promise<object> {
    const sources = await statusOfSources(this.db);
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
}
