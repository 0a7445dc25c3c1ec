/** `short` is what every run of the suite does; `long` (`npm run test:faults`) throws more of the same. */
export const long = process.env.ROLEWATCH_FAULTS === 'long';

/** How often to do a thing: the first number in the short tier, the second in the long one. */
export const times = (short: number, many: number): number => (long ? many : short);

/**
 * The seed of a randomised test, printed by whoever uses it; ROLEWATCH_SEED sets it. The short tier is the same every
 * time, the long one never.
 */
export const seed = Number(process.env.ROLEWATCH_SEED ?? (long ? Date.now() % 2_147_483_647 : 1));

/** A test that only `npm run test:faults` does. */
export const inLongTier = (name: string, body: () => Promise<void>, timeoutMs?: number): void =>
  long ? it(name, body, timeoutMs) : it.skip(`${name} (npm run test:faults)`, body);
