import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { safeError, scrub } from './scrub.js';

type Plain = string | number | bigint | boolean | Date | null | undefined;

/** The names under which anything may be logged. Names of people, keys of records, bodies and headers are not among them. */
const FIELDS = [
  ...[
    'source',
    'stream',
    'scope',
    'seq',
    'run',
    'slot',
    'epoch',
    'attempt',
    'page',
    'verdict',
    'outcome',
    'trigger',
  ],
  ...[
    'command',
    'route',
    'method',
    'status',
    'requestId',
    'actor',
    'action',
    'host',
    'port',
    'address',
    'file',
  ],
  ...[
    'code',
    'why',
    'signal',
    'count',
    'rows',
    'total',
    'bytes',
    'ms',
    'until',
    'version',
    'migration',
    'keyNo',
    'context',
  ],
] as const;

export type LogFields = { readonly [K in (typeof FIELDS)[number]]?: Plain } & { readonly error?: unknown };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
export const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/**
 * One JSON line per event, on stderr. What is written is decided by an allow-list of names; texts are scrubbed of
 * credentials besides, since an error message may quote anything.
 */
export class Log {
  private constructor(private readonly pino: Logger) {}

  /** @param level the least level written; a word that is none of LOG_LEVELS counts as `info` */
  static to(stream: DestinationStream, level?: string): Log {
    const known = LOG_LEVELS.find((name) => name === level) ?? 'info';
    return new Log(pino({ level: known, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream));
  }

  /** Written at once: a line is out before the process can die. */
  static toStderr(level?: string): Log {
    return Log.to(destination({ fd: 2, sync: true }), level);
  }

  /** @param event what happened, in words that never change with the data */
  fatal(event: string, fields?: LogFields): void {
    this.write('fatal', event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.write('error', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.write('warn', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.write('info', event, fields);
  }

  debug(event: string, fields?: LogFields): void {
    this.write('debug', event, fields);
  }

  trace(event: string, fields?: LogFields): void {
    this.write('trace', event, fields);
  }

  private write(level: LogLevel, event: string, fields: LogFields = {}): void {
    if (this.pino.isLevelEnabled(level)) this.pino[level](allowed(fields), scrub(event));
  }
}

/** The compiler refuses other names; this refuses them also where a wider object was passed. */
function allowed(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = fields[name];
    if (value !== undefined) safe[name] = plain(value);
  }
  if (fields.error !== undefined) safe['error'] = safeError(fields.error);
  return safe;
}

function plain(value: Plain): Plain {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value instanceof Date)
    return value;
  return undefined;
}
