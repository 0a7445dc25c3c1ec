import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { actionsQuery, actionsShape } from './actions-shape.js';
import { actionsOf } from './actions.view.js';

@Controller('api/v1/actions')
export class ActionsController {
  constructor(private readonly db: Database) {}

  @Get()
  @Needs('actions:read')
  @Answers({ summary: 'What people and tokens did, the newest first', shape: actionsShape })
  async actions(
    @CurrentActor() { sources }: Actor,
    @Query({ schema: actionsQuery }) wanted: z.infer<typeof actionsQuery>,
  ): Promise<object> {
    return { actions: await actionsOf(this.db, { ...wanted, sources }) };
  }
}
