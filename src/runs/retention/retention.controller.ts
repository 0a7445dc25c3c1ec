import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../../platform/database.js';
import { type Actor, maySee } from '../../platform/http/actor.js';
import { Answers } from '../../platform/http/answer.js';
import { CurrentActor, Needs, NeedsForAllSources } from '../../platform/http/needs.js';
import { knownSource } from '../../snapshots/known-source.view.js';
import { RetentionPulse } from '../retention.job.js';
import { RetentionWatch } from './retention-watch.job.js';
import { begunShape, outlookShape, runsQuery, runsShape } from './retention-shape.js';
import { retained, type RetentionOutlook, retentionOutlook, retentionRuns } from './retention.view.js';

@Controller('api/v1')
export class RetentionController {
  constructor(
    private readonly db: Database,
    private readonly watch: RetentionWatch,
    private readonly pulse: RetentionPulse,
  ) {}

  @Get('retention')
  @Needs('retention:read')
  @Answers({ summary: 'How long what is kept, and what the next run deletes', shape: outlookShape })
  async outlook(@CurrentActor() actor: Actor): Promise<object> {
    const names = (await retained(this.db)).filter((name) => maySee(actor, name));
    return { outlook: await this.outlookOf(names) };
  }

  @Get('sources/:source/retention')
  @Needs('retention:read')
  @Answers({ summary: 'The same of one source', shape: outlookShape })
  async outlookOfSource(@Param('source') source: string): Promise<object> {
    await knownSource(this.db, source);
    return { outlook: await this.outlookOf([source]) };
  }

  @Get('retention/runs')
  @Needs('retention:read')
  @Answers({ summary: 'Runs of retention, the newest first', shape: runsShape })
  async runs(
    @CurrentActor() { sources }: Actor,
    @Query({ schema: runsQuery }) { limit }: z.infer<typeof runsQuery>,
  ): Promise<object> {
    return { runs: await retentionRuns(this.db, sources ?? undefined, limit) };
  }

  @Get('sources/:source/retention/runs')
  @Needs('retention:read')
  @Answers({ summary: 'Those of one source', shape: runsShape })
  async runsOfSource(
    @Param('source') source: string,
    @Query({ schema: runsQuery }) { limit }: z.infer<typeof runsQuery>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return { runs: await retentionRuns(this.db, [source], limit) };
  }

  @Post('retention/runs')
  @NeedsForAllSources('retention:run')
  @Answers({ summary: 'Delete now what is due, instead of tonight', shape: begunShape, status: 202 })
  async run(@CurrentActor() { id }: Actor): Promise<object> {
    return { begun: this.pulse.startNow(await retained(this.db), id) };
  }

  @Post('sources/:source/retention/runs')
  @Needs('retention:run')
  @Answers({ summary: 'The same of one source', shape: begunShape, status: 202 })
  async runOfSource(@Param('source') source: string, @CurrentActor() { id }: Actor): Promise<object> {
    await knownSource(this.db, source);
    return { begun: this.pulse.startNow([source], id) };
  }

  private async outlookOf(names: readonly string[]): Promise<RetentionOutlook[]> {
    const outlook: RetentionOutlook[] = [];
    for (const name of names) outlook.push(await retentionOutlook(this.db, name, this.watch.config));
    return outlook;
  }
}
