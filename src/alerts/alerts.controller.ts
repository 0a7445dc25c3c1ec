import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs, NeedsForAllSources } from '../platform/http/needs.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { parseMoment } from '../snapshots/moment.js';
import { snapshotAt } from '../snapshots/snapshot-at.view.js';
import {
  alertsQuery,
  alertsShape,
  messageNumber,
  messagesQuery,
  messagesShape,
  retriedShape,
  testBody,
  testedShape,
} from './alerts-shape.js';
import { AlertsTest } from './alerts-test.job.js';
import { alertsOf } from './alerts.view.js';
import { messagesOf } from './outbox.view.js';
import { retryMessage } from './retry-message.job.js';

@Controller('api/v1')
export class AlertsController {
  constructor(
    private readonly db: Database,
    private readonly test: AlertsTest,
  ) {}

  @Get('sources/:source/alerts')
  @Needs('alerts:read')
  @Answers({ summary: 'What of a snapshot is worth telling', shape: alertsShape })
  async alerts(
    @Param('source') source: string,
    @Query({ schema: alertsQuery }) wanted: z.infer<typeof alertsQuery>,
  ): Promise<object> {
    const { seq } = await snapshotAt(this.db, source, parseMoment(wanted.seq?.toString()));
    return { source, seq, alerts: await alertsOf(this.db, source, seq) };
  }

  @Get('sources/:source/messages')
  @Needs('alerts:read')
  @Answers({ summary: 'What was told to whom, the newest first, and what is stuck', shape: messagesShape })
  async messages(
    @Param('source') source: string,
    @Query({ schema: messagesQuery }) wanted: z.infer<typeof messagesQuery>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return messagesOf(this.db, { source, ...wanted });
  }

  @Post('sources/:source/messages/:message/retry')
  @Needs('alerts:retry')
  @Answers({ summary: 'Try a message again that was given up, for 24 hours', shape: retriedShape })
  async retry(
    @Param('source') source: string,
    @Param('message', { schema: messageNumber }) id: string,
    @CurrentActor() { id: actor }: Actor,
  ): Promise<object> {
    await knownSource(this.db, source);
    return { id, recipient: await retryMessage(this.db, { id, source, actor }), state: 'pending' };
  }

  @Post('alerts/test')
  @NeedsForAllSources('alerts:test')
  @Answers({ summary: 'Send a test message now, and say how the conversation went', shape: testedShape })
  async tests(
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: testBody }) choice: z.infer<typeof testBody>,
  ): Promise<object> {
    return { tested: await this.test.send(choice, actor) };
  }
}
