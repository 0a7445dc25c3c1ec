/** Shapes that several routes have. They check, and describe, what goes in and out. */
import { z } from 'zod';

const NO_OBJECT = 'the body must be a JSON object, sent as Content-Type: application/json';

/** What a query or a body may have: other keys are slips, and refused. */
export function asked<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'invalid_type' ? NO_OBJECT : undefined),
  });
}

/** A number as people write it: `1e3`, `0x10` or ` 7` are slips, and would be other numbers. */
export function whole(most: number): z.ZodType<number> {
  return z.preprocess(
    (text) => (typeof text === 'string' && !/^\d{1,16}$/.test(text) ? Number.NaN : text),
    z.coerce.number().int().min(1).max(most),
  );
}

/** How many of a list, the newest first. */
export function limit(most: number, usual: number): z.ZodDefault<z.ZodType<number>> {
  return whole(most).default(usual);
}

/** The largest number that a 32-bit column has. */
export const MOST_INT = 2_147_483_647;

/** Goes on where a page of a list ended. @param what which number counts */
export function before(what: string, most = Number.MAX_SAFE_INTEGER): z.ZodOptional<z.ZodType<number>> {
  const words = `only those before this ${what}: the last one of the page before`;
  return whole(most).optional().describe(words);
}

export const moment = z
  .string()
  .max(64)
  .describe('the number of a snapshot, latest, or a time with its zone such as 2026-03-01T12:00:00Z');

/** Why somebody does something, for the log of actions. */
export const reason = z.string().trim().min(1).max(2000).describe('for the log of actions');

export const time = z.iso.datetime({ offset: true });

/** Wrong, and in which words; the same form as the command line's `--json`. */
export const errorShape = z.object({
  error: z.object({ code: z.string(), message: z.string(), requestId: z.string().optional() }),
});
