import { Controller, Get, Param, Post } from '@nestjs/common';
import { Database } from '../platform/database.js';
import type { Actor } from '../platform/http/actor.js';
import { Answers } from '../platform/http/answer.js';
import { CurrentActor, NeedsForAllSources } from '../platform/http/needs.js';
import { revokeToken } from './api-token.store.js';
import { tokensOf } from './api-tokens.view.js';
import { revokedShape, tokenNumber, tokensShape } from './tokens-shape.js';

@Controller('api/v1/tokens')
export class TokensController {
  constructor(private readonly db: Database) {}

  @Get()
  @NeedsForAllSources('tokens:read')
  @Answers({ summary: 'Every token of the API there ever was, the oldest first', shape: tokensShape })
  async tokens(): Promise<object> {
    return { tokens: await tokensOf(this.db) };
  }

  @Post(':token/revoke')
  @NeedsForAllSources('tokens:revoke')
  @Answers({ summary: 'End a token at once', shape: revokedShape })
  async revoke(
    @Param('token', { schema: tokenNumber }) id: number,
    @CurrentActor() { id: actor }: Actor,
  ): Promise<object> {
    const prefix = await this.db.transaction((tx) => revokeToken(tx, id, actor));
    return { id, prefix, state: 'revoked' };
  }
}
