import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs, NeedsForAllSources } from '../platform/http/needs.js';
import { knownSource } from './known-source.view.js';
import { EVERYTHING, holdSource, holdView } from './legal-hold.job.js';
import { EVERY_SOURCE, legalHolds } from './legal-holds.view.js';
import { heldShape, holdBody, holdsShape } from './snapshots-shape.js';

/** Holds on whole sources, and on all of them; those on people are in PeopleController. */
@Controller('api/v1')
export class LegalHoldsController {
  constructor(private readonly db: Database) {}

  @Get('legal-holds')
  @Needs('holds:read')
  @Answers({ summary: 'What is and was on legal hold, those in force first', shape: holdsShape })
  async holds(@CurrentActor() actor: Actor): Promise<object> {
    const holds = await legalHolds(this.db);
    return {
      holds: holds.filter(({ source }) => source === EVERY_SOURCE || maySee(actor, source)).map(holdView),
    };
  }

  @Get('sources/:source/legal-holds')
  @Needs('holds:read')
  @Answers({ summary: 'Those on one source, on people in it, and on all', shape: holdsShape })
  async holdsOfSource(@Param('source') source: string): Promise<object> {
    await knownSource(this.db, source);
    return { holds: (await legalHolds(this.db, source)).map(holdView) };
  }

  @Post('legal-holds')
  @NeedsForAllSources('people:hold')
  @Answers({ summary: 'Let nothing of any source be deleted, and nobody be erased', shape: heldShape })
  async placeAll(
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: holdBody }) { reason }: z.infer<typeof holdBody>,
  ): Promise<object> {
    return holdSource(this.db, 'placed', { source: EVERYTHING, reason, actor });
  }

  @Post('legal-holds/lift')
  @NeedsForAllSources('people:hold')
  @Answers({ summary: 'End the hold on all sources', shape: heldShape })
  async liftAll(
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: holdBody }) { reason }: z.infer<typeof holdBody>,
  ): Promise<object> {
    return holdSource(this.db, 'lifted', { source: EVERYTHING, reason, actor });
  }

  @Post('sources/:source/legal-holds')
  @Needs('people:hold')
  @Answers({ summary: 'Let nothing of a source be deleted, and nobody in it be erased', shape: heldShape })
  async place(
    @Param('source') source: string,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: holdBody }) { reason }: z.infer<typeof holdBody>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return holdSource(this.db, 'placed', { source, reason, actor });
  }

  @Post('sources/:source/legal-holds/lift')
  @Needs('people:hold')
  @Answers({ summary: 'End the hold on a source', shape: heldShape })
  async lift(
    @Param('source') source: string,
    @CurrentActor() { id: actor }: Actor,
    @Body({ schema: holdBody }) { reason }: z.infer<typeof holdBody>,
  ): Promise<object> {
    await knownSource(this.db, source);
    return holdSource(this.db, 'lifted', { source, reason, actor });
  }
}
