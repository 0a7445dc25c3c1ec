import type { OwnTime } from '../platform/own-time.js';

/** How long a run may read, shared by its lists: each may take half of what is left, so that something is left for the next. */
export class ReadingTime {
  private readonly endsAt: number;

  constructor(
    limitMs: number,
    private readonly time: OwnTime,
  ) {
    this.endsAt = time.now() + limitMs;
  }

  /** @param read one list; `late` is aborted once its share is used up, with words for why */
  async share<T>(read: (late: AbortSignal) => Promise<T>): Promise<T> {
    const [late, over] = [new AbortController(), new AbortController()];
    const shareMs = Math.max(0, this.endsAt - this.time.now()) / 2;
    void this.time.sleep(shareMs, over.signal).then(
      () => late.abort(new Error(wordsFor(shareMs))),
      () => undefined,
    );
    try {
      return await read(late.signal);
    } finally {
      over.abort();
    }
  }
}

function wordsFor(shareMs: number): string {
  const minutes = Number((shareMs / 60_000).toFixed(1));
  return `it took longer than ${minutes} minutes, half of what the run had left (limits.runMinutes)`;
}
