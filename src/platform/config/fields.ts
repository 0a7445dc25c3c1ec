/** The kinds of value that sections are made of. Each says what would be right, as the end of "it …". */
import { resolve } from 'node:path';
import { Cron } from 'croner';
import { z } from 'zod';
import { didYouMean } from './nearest.js';

/** A whole number within limits. */
export function whole(least: number, most: number, unit = ''): z.ZodNumber {
  const error = `must be a whole number${unit && ` of ${unit}`} from ${String(least)} to ${String(most)}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A text that matches a pattern. `error` begins with "must". */
export function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'must be true or false' });
}

/** A path, made absolute; a relative one counts from the folder of the configuration file. */
export function path(folder: string, error: string): z.ZodType<string> {
  return text(/^[^\0]+$/, error).transform((value) => resolve(folder, value));
}

/** A key that may be left out, and then is null; an empty one is a slip, not a choice. */
export function optional<T>(schema: z.ZodType<T>): z.ZodType<T | null> {
  return schema.optional().transform((value) => value ?? null);
}

/** Hosts that only this machine reaches; in the form of `URL.hostname`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

const SCHEDULE = 'must be a cron expression of five fields such as "0 * * * *" (every full hour)';

/** A cron expression that comes due at some time. */
export function schedule(): z.ZodType<string> {
  return z.string({ error: SCHEDULE }).superRefine((expression, context) => {
    const problem = scheduleProblem(expression);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

/** Any date will do: whether an expression ever matches does not depend on when one asks. */
const SOME_DAY = new Date('2000-01-01T00:00:00Z');

function scheduleProblem(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) return SCHEDULE;
  // croner fills it with the moment of the program's start: another schedule after each restart
  if (expression.includes('?')) return `${SCHEDULE}; "?" would mean another time after each start`;
  try {
    const cron = new Cron(expression, { mode: '5-part', timezone: 'UTC', paused: true });
    return cron.nextRun(SOME_DAY) === null ? 'never comes due: there is no such date' : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `${SCHEDULE}: ${why}`;
  }
}

const TIMEZONE = 'must be a time zone of the IANA list such as Europe/Berlin';

export function timezone(): z.ZodType<string> {
  return z.string({ error: TIMEZONE }).superRefine((name, context) => {
    if (isTimezone(name)) return;
    context.addIssue({
      code: 'custom',
      message: TIMEZONE + didYouMean(name, Intl.supportedValuesOf('timeZone')),
    });
  });
}

function isTimezone(name: string): boolean {
  // newer versions of Node also take offsets: they know no summer time, and would be refused elsewhere
  if (/^[+-]/.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
