/** Who is told beyond the routes: of each day's quiet, and of what nobody has acknowledged. */
import { z } from 'zod';
import { optional, text, timezone, whole } from '../platform/config/fields.js';
import { section } from '../platform/config/section.js';
import type { Schedule } from '../platform/slots.js';
import type { Severity } from '../rules/verdicts.js';
import { SEVERITIES } from './alert.js';
import { dailyAt, hour } from './digest-config.js';
import { ADDRESS, ONE_ADDRESS } from './mail-address.js';

/** Mail addresses, and perhaps a hook. */
export interface Addressees {
  readonly to: readonly string[];
  readonly hook: string | null;
}

/** The daily word that all is quiet, or what is not. */
export interface AllQuietConfig extends Addressees {
  readonly schedule: Schedule;
}

export interface EscalationStep extends Addressees {
  /** Since the alert was written. */
  readonly afterMinutes: number;
}

/** Who hears of an alert that nobody has acknowledged. */
export interface EscalationConfig {
  /** And above. */
  readonly severity: Severity;
  /** In the order of their times. */
  readonly steps: readonly EscalationStep[];
}

/** The keys of whatever leads to somebody. */
export function addressees(): { to: z.ZodType<string[]>; hook: z.ZodType<string | null> } {
  return {
    to: z.array(text(ADDRESS, ONE_ADDRESS), { error: 'must be a list of mail addresses' }).default([]),
    hook: optional(z.string({ error: 'must be the name of a hook' })),
  };
}

export function allQuiet(): z.ZodType<AllQuietConfig> {
  return section({
    ...addressees(),
    at: hour().default('07:00'),
    timezone: timezone().default('UTC'),
  }).transform(({ to, hook, at, timezone: zone }) => ({ to, hook, schedule: dailyAt(at, zone) }));
}

const STEPS = 'must be a list of steps such as [{ afterMinutes: 30, to: [lead@example.com] }]';

export function escalation(): z.ZodType<EscalationConfig> {
  const step = section({ afterMinutes: whole(1, 10_080, 'minutes'), ...addressees() });
  return section({
    severity: z.enum(SEVERITIES).default('critical'),
    steps: z.array(step, { error: STEPS }).min(1, { error: STEPS }),
  }).superRefine(({ steps }, context) => {
    steps.forEach(({ afterMinutes }, i) => {
      if (afterMinutes > (steps[i - 1]?.afterMinutes ?? 0)) return;
      const message = 'must come later than the step before';
      context.addIssue({ code: 'custom', path: ['steps', i, 'afterMinutes'], message });
    });
  });
}
