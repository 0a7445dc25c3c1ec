import { isNativeError } from 'node:util/types';
import type { LoggerService } from '@nestjs/common';
import type { Log, LogLevel } from './log.js';

/** What Nest itself has to say, in our log. Nest calls with (message, …rest, context). */
export class NestLog implements LoggerService {
  constructor(private readonly to: Log) {}

  // Nest announces every route and module at start: that is for developers
  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  private write(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const error = [message, ...rest].find(isNativeError);
    this.to[level](typeof message === 'string' ? message : (error?.message ?? 'nest'), {
      context: typeof last === 'string' ? last : undefined,
      error,
    });
  }
}
