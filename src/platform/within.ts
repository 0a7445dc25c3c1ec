import { OWN_TIME, type OwnTime } from './own-time.js';

/** Waits for something, and no longer than so many milliseconds. @returns whether it came in time @throws what it throws in time */
export async function within(
  ms: number,
  awaited: Promise<unknown>,
  { sleep }: Pick<OwnTime, 'sleep'> = OWN_TIME,
): Promise<boolean> {
  const waiting = new AbortController();
  const late = sleep(ms, waiting.signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([awaited.then(() => true), late]);
  } finally {
    waiting.abort();
  }
}
