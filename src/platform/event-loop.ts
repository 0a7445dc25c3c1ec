import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Log } from './log.js';

const RESOLUTION_MS = 10;
/** So long nothing else got its turn: worth a line in the log. */
const BLOCKED_MS = 1_000;

/** In milliseconds, between the last two looks. */
export interface Delays {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Watches how long what is due in this process waits for its turn. */
export class EventLoop {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private last: Delays = { p99Ms: 0, maxMs: 0 };

  constructor(private readonly log: Pick<Log, 'warn'>) {
    this.histogram.enable();
  }

  get delays(): Delays {
    return this.last;
  }

  look(): Delays {
    const ms = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e6) - RESOLUTION_MS);
    this.last = { p99Ms: ms(this.histogram.percentile(99)), maxMs: ms(this.histogram.max) };
    this.histogram.reset();
    if (this.last.maxMs > BLOCKED_MS) this.log.warn('the event loop was blocked', { ms: this.last.maxMs });
    return this.last;
  }

  stop(): void {
    this.histogram.disable();
  }
}
