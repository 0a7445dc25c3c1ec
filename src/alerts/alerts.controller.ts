import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import { Answers } from '../platform/http/answer.js';
import { Needs } from '../platform/http/needs.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { parseMoment } from '../snapshots/moment.js';
import { snapshotAt } from '../snapshots/snapshot-at.view.js';
import { alertsQuery, alertsShape, messagesQuery, messagesShape } from './alerts-shape.js';
import { alertsOf } from './alerts.view.js';
import { messagesOf } from './outbox.view.js';

@Controller('api/v1/sources/:source')
export class AlertsController {
  constructor(private readonly db: Database) {}

  @Get('alerts')
  @Needs('alerts:read')
  @Answers({ summary: 'What of a snapshot is worth telling', shape: alertsShape })
  async alerts(
    @Param('source') source: string,
    @Query({ schema: alertsQuery }) wanted: z.infer<typeof alertsQuery>,
  ): Promise<object> {
    const { seq } = await snapshotAt(this.db, source, parseMoment(wanted.seq?.toString()));
    return { source, seq, alerts: await alertsOf(this.db, source, seq) };
  }

  @Get('messages')
  @Needs('alerts:read')
  @Answers({ summary: 'What was told to whom, the newest first, and what is stuck', shape: messagesShape })
  async messages(
    @Param('source') source: string,
    @Query({ schema: messagesQuery }) { limit: last, state }: z.infer<typeof messagesQuery>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return messagesOf(this.db, { source, state, last });
  }
}
