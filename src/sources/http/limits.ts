/** What one request may cost. Times in milliseconds. */
export interface HttpLimits {
  readonly connectMs: number;
  /** From the request being sent to the last header. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** One attempt in all, so that a drip of bytes ends too. */
  readonly pageMs: number;
  readonly pageBytes: number;
  /** Attempts in all, the first included. */
  readonly tries: number;
  /** Waits between attempts are drawn from 0 … min(maxBackoff, base · 2ⁿ). */
  readonly baseBackoffMs: number;
  readonly maxBackoffMs: number;
  /** A longer Retry-After is not waited for. */
  readonly maxRetryAfterMs: number;
  /** All that is waited for in one read, because the server asks for it. */
  readonly waitMs: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 30_000,
  pageMs: 120_000,
  pageBytes: 32 * 1024 * 1024,
  tries: 5,
  baseBackoffMs: 500,
  maxBackoffMs: 30_000,
  maxRetryAfterMs: 15 * 60_000,
  waitMs: 15 * 60_000,
};
