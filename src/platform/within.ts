import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something, and no longer than so many milliseconds. @returns whether it came in time @throws what it throws in time */
export async function within(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const late = sleep(ms, false, { signal: waiting.signal }).catch(() => false);
  try {
    return await Promise.race([awaited.then(() => true), late]);
  } finally {
    waiting.abort();
  }
}
