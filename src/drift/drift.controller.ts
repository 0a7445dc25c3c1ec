import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import { Answers } from '../platform/http/answer.js';
import { Needs } from '../platform/http/needs.js';
import { driftQuery, driftShape } from './drift-shape.js';
import { driftBetween } from './drift.view.js';

@Controller('api/v1/sources/:source/drift')
export class DriftController {
  constructor(private readonly db: Database) {}

  @Get()
  @Needs('drift:read')
  @Answers({ summary: 'What changed between two snapshots, when and why', shape: driftShape })
  async drift(
    @Param('source') source: string,
    @Query({ schema: driftQuery }) { from, to }: z.infer<typeof driftQuery>,
  ): Promise<object> {
    return driftBetween(this.db, source, from, to);
  }
}
