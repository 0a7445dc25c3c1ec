/** When somebody is told, where that is not at once: at an hour of the day, in a zone. */
import { z } from 'zod';
import { text, timezone } from '../platform/config/fields.js';
import { section } from '../platform/config/section.js';
import type { Schedule } from '../platform/slots.js';
import type { Severity } from '../rules/verdicts.js';
import { SEVERITIES } from './alert.js';

/** Alerts of one recipient, collected and sent together. */
export interface Digest {
  readonly schedule: Schedule;
  /** This severity and above is not collected but sent at once; null: all is collected. */
  readonly atOnce: Severity | null;
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** An hour as people write it, such as 07:30. */
export function hour(): z.ZodString {
  return text(/^([01]\d|2[0-3]):[0-5]\d$/, "must be an hour of the day in quotes such as '07:00'");
}

/** `daily`, `weekly`, or a mapping that says more. */
export function digest(): z.ZodType<Digest> {
  const written = section({
    every: z.enum(['daily', 'weekly']),
    on: z.enum(DAYS).optional(),
    at: hour().default('07:00'),
    timezone: timezone().default('UTC'),
    atOnce: z.enum([...SEVERITIES, 'none']).default('critical'),
  }).superRefine(({ every, on }, context) => {
    if (every === 'daily' && on !== undefined)
      context.addIssue({ code: 'custom', path: ['on'], message: 'is for a weekly digest only' });
  });
  return z
    .unknown()
    .transform((value) => (typeof value === 'string' ? { every: value } : value))
    .pipe(written)
    .transform(({ every, on = 'monday', at, timezone: zone, atOnce }) => ({
      schedule: dailyAt(at, zone, every === 'weekly' ? String(DAYS.indexOf(on)) : '*'),
      atOnce: atOnce === 'none' ? null : atOnce,
    }));
}

/** At an hour of every day, or of one day of the week. */
export function dailyAt(at: string, zone: string, weekday = '*'): Schedule {
  const [hours = '0', minutes = '0'] = at.split(':');
  return { expression: `${Number(minutes)} ${Number(hours)} * * ${weekday}`, timezone: zone };
}
