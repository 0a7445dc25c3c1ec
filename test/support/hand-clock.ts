import type { OwnTime } from '../../src/platform/own-time.js';

interface Waiter {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes when a test says so. */
export class HandClock implements OwnTime {
  private at = 0;
  private readonly waiting = new Set<Waiter>();

  readonly now = (): number => this.at;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.waiting.delete(waiter);
        signal?.removeEventListener('abort', giveUp);
        settle();
      };
      const waiter = { until: this.at + ms, wake: () => end(resolve) };
      const giveUp = (): void => end(() => reject(new Error('given up')));
      this.waiting.add(waiter);
      signal?.addEventListener('abort', giveUp);
      if (signal?.aborted === true) giveUp();
    });

  pass(ms: number): void {
    this.at += ms;
    for (const { until, wake } of this.waiting) if (until <= this.at) wake();
  }
}
