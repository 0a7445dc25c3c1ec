import { z } from 'zod';
import { property } from '../json.js';

/** Names of properties from the top of a value; empty: the value itself. */
export type JsonPath = readonly string[];

const DUE = 'must be names apart by dots such as data.items, a list of names, or $ for the whole';

/** `data.items`, `$.data.items` or `[data, items]`. */
export const jsonPath: z.ZodType<JsonPath> = z.union(
  [
    z
      .string()
      .regex(/^\$$|^(\$\.)?[^.$\0]+(\.[^.\0]+)*$/)
      .transform((path) =>
        path
          .replace(/^\$\.?/, '')
          .split('.')
          .filter((name) => name !== ''),
      ),
    z.array(z.string().min(1)).min(1),
  ],
  { error: DUE },
);

/** What stands there, or undefined. */
export function at(value: unknown, path: JsonPath): unknown {
  return path.reduce(property, value);
}
