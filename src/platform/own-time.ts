import { setTimeout as delay } from 'node:timers/promises';

/** What a process knows of time without asking the database: how much of it passes. Tests let it pass at will. */
export interface OwnTime {
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
  /** Waits; rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const OWN_TIME: OwnTime = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
