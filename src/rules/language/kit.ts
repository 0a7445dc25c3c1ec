/** The kinds of value that rules are made of, with parameters still open (`$most`) or already put in. */
import { z } from 'zod';

/** A text, or a number such as a role's id, which counts as its digits. */
const NAME = z
  .union([z.string().min(1), z.int().nonnegative()], {
    error: 'must be a name, or the number that is its id',
  })
  .transform(String);

const LIST_OR_EMPTY = { error: 'must be a list of names' };
const LIST = { error: 'must be a list of names with at least one entry' };
const AMOUNT = { error: 'must be a whole number from 0 to 1000000' };

/** A list of names, as rules and tests write it. */
export function names(): z.ZodType<string[], (string | number)[]> {
  return z.array(NAME, LIST).min(1, LIST);
}

/** The same, where a list may name nobody. */
export function namesOrNone(): z.ZodType<string[], (string | number)[]> {
  return z.array(NAME, LIST_OR_EMPTY);
}

/** A whole number, 0 or more. */
export function amount(): z.ZodNumber {
  return z.int(AMOUNT).min(0, AMOUNT).max(1_000_000, AMOUNT);
}

/** `$most`: the value of a parameter that the rule declares. */
export const REFERENCE = /^\$[a-z][a-z0-9-]*$/;
const reference = () => z.string().regex(REFERENCE);

/** What a rule's values are: as written, or with every parameter put in. */
export interface Kit<N, A> {
  readonly names: () => z.ZodType<N>;
  readonly namesOrNone: () => z.ZodType<N>;
  readonly amount: () => z.ZodType<A>;
}

/** As written: a list or a number may be left to a parameter. */
export const OPEN: Kit<string[] | string, number | string> = {
  names: () =>
    z.union([names(), reference()], {
      error: 'must be a list of names with at least one entry, or a parameter such as $approved',
    }),
  namesOrNone: () =>
    z.union([namesOrNone(), reference()], {
      error: 'must be a list of names, or a parameter such as $approved',
    }),
  amount: () =>
    z.union([amount(), reference()], {
      error: 'must be a whole number from 0 to 1000000, or a parameter such as $most',
    }),
};

/** With every parameter put in. */
export const CLOSED: Kit<string[], number> = { names, namesOrNone, amount };
