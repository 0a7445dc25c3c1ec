import { Body, Controller, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { acknowledgeAlerts } from './acknowledge-alert.job.js';
import { acknowledgeAlertBody, acknowledgedAlertShape, alertId } from './acknowledgements-shape.js';

@Controller('api/v1/sources/:source/alerts')
export class AcknowledgementsController {
  constructor(private readonly db: Database) {}

  @Post(':alert/acknowledge')
  @Needs('alerts:acknowledge')
  @Answers({
    summary: 'Say that somebody is on an alert: it goes no further',
    shape: acknowledgedAlertShape,
  })
  async acknowledge(
    @Param('source') source: string,
    @Param('alert', { schema: alertId }) alert: string,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: acknowledgeAlertBody }) { reason }: z.infer<typeof acknowledgeAlertBody>,
  ): Promise<object> {
    return acknowledgeAlerts(this.db, { source, alerts: [alert], actor, reason });
  }
}
