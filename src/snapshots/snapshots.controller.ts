import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { acceptShrink } from './accept-shrink.job.js';
import { accessAnswer } from './access-answer.view.js';
import { coverageKeptSince, coverageOf } from './coverage.view.js';
import { knownSource } from './known-source.view.js';
import { Site } from './site.js';
import {
  acceptShrinkBody,
  acceptShrinkShape,
  accessQuery,
  accessShape,
  coverageShape,
  coverageQuery,
  snapshotsQuery,
  snapshotsShape,
} from './snapshots-shape.js';
import { snapshotsOf } from './snapshots.view.js';

@Controller('api/v1/sources/:source')
export class SnapshotsController {
  constructor(
    private readonly db: Database,
    private readonly site: Site,
  ) {}

  @Get('snapshots')
  @Needs('snapshots:read')
  @Answers({ summary: 'The snapshots, and how each list of them was obtained', shape: snapshotsShape })
  async snapshots(
    @Param('source') source: string,
    @Query({ schema: snapshotsQuery }) wanted: z.infer<typeof snapshotsQuery>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return { snapshots: await snapshotsOf(this.db, source, wanted) };
  }

  @Get('coverage')
  @Needs('coverage:read')
  @Answers({ summary: 'Every moment the source was due, and what became of it', shape: coverageShape })
  async coverage(
    @Param('source') source: string,
    @Query({ schema: coverageQuery }) wanted: z.infer<typeof coverageQuery>,
  ): Promise<object> {
    await knownSource(this.db, source);
    const keptSince = await coverageKeptSince(this.db, source);
    return { slots: await coverageOf(this.db, source, wanted), keptSince };
  }

  @Get('access')
  @Needs('access:read')
  @Answers({ summary: 'Who can do what, by which path', shape: accessShape })
  async access(
    @Param('source') source: string,
    @Query({ schema: accessQuery }) { people, ...words }: z.infer<typeof accessQuery>,
  ): Promise<object> {
    const tiersOf = (kind: string) => this.site.tiersOf(kind);
    const ownAccount = this.site.ownAccountOf(source);
    return accessAnswer(this.db, source, { ...words, people: people === 'true', tiersOf, ownAccount });
  }

  @Post('accept-shrink')
  @Needs('shrink:accept')
  @Answers({ summary: 'Release what the latest snapshot holds back', shape: acceptShrinkShape })
  async acceptShrink(
    @Param('source') source: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: acceptShrinkBody }) body: z.infer<typeof acceptShrinkBody>,
  ): Promise<object> {
    const { expect: expected, ...choice } = body;
    return acceptShrink(this.db, { ...choice, expected, source, actor: actor.id });
  }
}
