import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AnswerShaper } from '../platform/http/answer.js';
import { AskedPipe } from '../platform/http/asked.pipe.js';
import { Callers } from '../platform/http/callers.js';
import { ErrorsFilter } from '../platform/http/errors.filter.js';
import { NeedsGuard } from '../platform/http/needs.guard.js';
import { TokenCallers } from './token-callers.job.js';

/** Puts the guard before every route of the service, and one form on what is asked and answered. */
@Module({
  providers: [
    { provide: Callers, useClass: TokenCallers },
    { provide: APP_GUARD, useClass: NeedsGuard },
    { provide: APP_FILTER, useClass: ErrorsFilter },
    { provide: APP_INTERCEPTOR, useClass: AnswerShaper },
    { provide: APP_PIPE, useClass: AskedPipe },
  ],
})
export class AccountsModule {}
