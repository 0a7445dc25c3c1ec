import { Body, Controller, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { doAbout } from './erase.job.js';
import { personBody, personShape } from './snapshots-shape.js';

@Controller('api/v1/sources/:source')
export class PeopleController {
  constructor(private readonly db: Database) {}

  @Post('erase')
  @Needs('people:erase')
  @Answers({ summary: 'Erase a person who has left, for good', shape: personShape })
  async erase(
    @Param('source') source: string,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: personBody }) person: z.infer<typeof personBody>,
  ): Promise<object> {
    return doAbout(this.db, 'erased', { ...person, source, actor });
  }

  @Post('legal-hold')
  @Needs('people:hold')
  @Answers({ summary: 'Keep a person from being erased', shape: personShape })
  async hold(
    @Param('source') source: string,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: personBody }) person: z.infer<typeof personBody>,
  ): Promise<object> {
    return doAbout(this.db, 'hold-placed', { ...person, source, actor });
  }

  @Post('legal-hold/release')
  @Needs('people:hold')
  @Answers({ summary: 'End a legal hold', shape: personShape })
  async release(
    @Param('source') source: string,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: personBody }) person: z.infer<typeof personBody>,
  ): Promise<object> {
    return doAbout(this.db, 'hold-released', { ...person, source, actor });
  }
}
