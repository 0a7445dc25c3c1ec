import { Controller, Get } from '@nestjs/common';
import { Answers } from '../platform/http/answer.js';
import { Needs } from '../platform/http/needs.js';
import { ApiDocument } from '../platform/http/openapi.js';

@Controller('api/v1/openapi.json')
export class OpenApiController {
  constructor(private readonly document: ApiDocument) {}

  @Get()
  @Needs('api:read')
  @Answers({ summary: 'This description', types: ['application/json'] })
  openapi(): object {
    return this.document.content;
  }
}
