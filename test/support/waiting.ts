/** Nothing is waited for without end: whoever waits says for what, and for how long. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Enough for whatever ends at all, on a machine that is busy with other things. */
const LONGEST_S = 60;
const LOOK_EVERY_MS = 50;

/** @throws Error that names `what`, if `work` has not ended in time; it goes on then, and nobody listens */
export async function within<T>(what: string, work: Promise<T>, seconds = LONGEST_S): Promise<T> {
  const late = new AbortController();
  work.catch(() => undefined);
  const tooLong = sleep(seconds * 1_000, null, { signal: late.signal }).then(() => {
    throw new Error(`waited ${seconds} s in vain: ${what}`);
  });
  tooLong.catch(() => undefined);
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    late.abort();
  }
}

/** Looks again and again. @param saying what is known of it, for the error */
export async function until(
  what: string,
  happened: () => boolean | Promise<boolean>,
  seconds = LONGEST_S,
  saying: () => string = () => '',
): Promise<void> {
  const giveUp = performance.now() + seconds * 1_000;
  while (!(await within(what, Promise.resolve(happened()), seconds))) {
    if (performance.now() > giveUp) throw new Error(`waited ${seconds} s in vain: ${what} ${saying()}`);
    await sleep(LOOK_EVERY_MS);
  }
}
