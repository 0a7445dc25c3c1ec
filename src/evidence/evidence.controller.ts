import { Body, Controller, Get, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, Needs } from '../platform/http/needs.js';
import { evidenceBody, keyShape, reportQuery } from './evidence-shape.js';
import { ServeEvidence } from './serve-evidence.job.js';

const MEDIA_TYPES = { html: 'text/html', md: 'text/markdown', csv: 'text/csv' } as const;

@Controller('api/v1')
export class EvidenceController {
  constructor(private readonly evidence: ServeEvidence) {}

  @Get('sources/:source/report')
  @Needs('report:read')
  @Answers({ summary: 'A drift report that is read in two minutes', types: Object.values(MEDIA_TYPES) })
  async report(
    @Param('source') source: string,
    @Query({ schema: reportQuery }) { format, ...moments }: z.infer<typeof reportQuery>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const text = await this.evidence.report(source, moments, format);
    response.type(`${MEDIA_TYPES[format]}; charset=utf-8`).attachment(`${source}.${format}`);
    return text;
  }

  @Get('evidence/key')
  @Needs('evidence:read')
  @Answers({ summary: 'The public key that archives are signed with', shape: keyShape })
  async key(): Promise<object> {
    return this.evidence.publicKey();
  }

  @Post('sources/:source/evidence')
  @Needs('evidence:create')
  @Answers({
    summary: 'Make a signed archive that proves what was read, found and decided',
    types: ['application/zip'],
  })
  async create(
    @Param('source') source: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: evidenceBody }) moments: z.infer<typeof evidenceBody>,
  ): Promise<StreamableFile> {
    const { stream, name } = await this.evidence.bundle(source, moments, actor.id);
    return new StreamableFile(stream, {
      type: 'application/zip',
      disposition: `attachment; filename="${name}"`,
    });
  }
}
