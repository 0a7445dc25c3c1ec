import { SourceError } from '../source.js';
import type { HttpLimits } from './limits.js';

/** A failure that may pass: the only kind that is tried again. */
export class PassingError extends SourceError {
  constructor(
    code: SourceError['code'],
    message: string,
    /** What the server asked to wait, or null. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(code, message);
  }
}

/** How much longer a read may wait because the server asks for it: all its requests share it. */
export interface Patience {
  leftMs: number;
}

export interface RetryDeps {
  /** Waits; rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Tries until `attempt` answers, fails for good, or has failed `limits.tries` times.
 * @throws SourceError the last one, saying how often it was tried
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  limits: Pick<HttpLimits, 'tries' | 'baseBackoffMs' | 'maxBackoffMs' | 'maxRetryAfterMs'>,
  signal: AbortSignal,
  { sleep, random }: RetryDeps,
  patience: Patience = { leftMs: Infinity },
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      if (tried >= limits.tries) throw new SourceError(error.code, `${error.message}${triedWords(tried)}`);
      const asked = error.retryAfterMs;
      if (asked !== null && asked > limits.maxRetryAfterMs) {
        const words = `asks to wait ${minutes(asked)}, longer than the ${minutes(limits.maxRetryAfterMs)} we wait`;
        throw new SourceError(error.code, `${error.message}; the server ${words}`);
      }
      if (asked !== null && asked > limits.maxBackoffMs) {
        if (asked > patience.leftMs) throw outOfPatience(error, asked);
        patience.leftMs -= asked;
      }
      const ceiling = Math.min(limits.maxBackoffMs, limits.baseBackoffMs * 2 ** (tried - 1));
      await sleep(asked ?? random() * ceiling, signal);
    }
  }
}

/** Retry-After as RFC 9110 §10.2.3 has it, seconds or a date, in milliseconds from `now`; null when it is neither. */
export function parseRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const at = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/** One list that is asked to wait again and again must not use up the time of the others. */
function outOfPatience({ code, message }: PassingError, asked: number): SourceError {
  const words = `asks to wait ${minutes(asked)}, and this run has waited as long as it may`;
  return new SourceError(code, `${message}; the server ${words}`);
}

function triedWords(tried: number): string {
  return tried === 1 ? '' : `; tried ${tried} times`;
}

const DAY_MS = 24 * 60 * 60_000;

function minutes(ms: number): string {
  if (ms > DAY_MS) return 'more than a day';
  return `${Math.round(ms / 60_000)} min`;
}
