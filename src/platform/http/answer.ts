import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  HttpCode,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  StreamableFile,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import type { z } from 'zod';

/** What a route of the API gives, for the answer itself and for its description. */
export interface Answer {
  readonly summary: string;
  /** The shape of the JSON; absent where it is something else. */
  readonly shape?: z.ZodType;
  /** Where it is something else: its media types. */
  readonly types?: readonly string[];
  /** 200 unless said otherwise. */
  readonly status?: number;
}

export const ANSWER = 'rolewatch:answer';

export const Answers = (answer: Answer): MethodDecorator =>
  applyDecorators(SetMetadata(ANSWER, answer), HttpCode(answer.status ?? 200));

/** Lets out what the route's shape names, and nothing else. */
@Injectable()
export class AnswerShaper implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const shape = this.reflector.get<Answer | undefined>(ANSWER, context.getHandler())?.shape;
    if (shape === undefined) return next.handle();
    return next
      .handle()
      .pipe(
        map((answer) =>
          answer instanceof StreamableFile ? answer : shape.parse(JSON.parse(JSON.stringify(answer))),
        ),
      );
  }
}
