/** What becomes of a message after an attempt. Pure: it is told the time that has passed, and the dice. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The first pause; each is twice as long as the one before. */
const FIRST_PAUSE = 30 * SECOND;
const LONGEST_PAUSE = 2 * HOUR;
/** So long a message is tried before it is dead. */
export const TRIED_FOR = 24 * HOUR;
/** Copies beyond the first that a recipient may get because nobody knows whether it arrived. */
export const DUPLICATES = 3;

/**
 * How one attempt ended. `refused`: for good, by whoever answers for the recipient. `failed`: perhaps not next time.
 * `unconfirmed`: the connection was lost after the message was handed over; it may have arrived.
 */
export const OUTCOMES = ['sent', 'failed', 'refused', 'unconfirmed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Delivery {
  readonly outcome: Outcome;
  /** In words for an operator, without secrets. */
  readonly said: string;
  /** Nobody else on this channel could be reached either: no use trying now. */
  readonly channelDown?: true;
  /** The other side asks for at least this pause. */
  readonly pauseMs?: number;
}

/** A message as the attempt found it. */
export interface Tried {
  /** Attempts before this one. */
  readonly attempts: number;
  /** Attempts before this one that may have delivered it. */
  readonly unconfirmed: number;
  /** Since trying began. */
  readonly ageMs: number;
}

export type Settlement =
  | { readonly state: 'sent' }
  | { readonly state: 'dead'; readonly why: string }
  | { readonly state: 'pending'; readonly pauseMs: number; readonly why: string };

/** @param random from 0 up to 1, so that messages that failed together do not come back together */
export function settle(tried: Tried, { outcome, said, pauseMs = 0 }: Delivery, random: number): Settlement {
  if (outcome === 'sent') return { state: 'sent' };
  if (outcome === 'refused') return { state: 'dead', why: said };
  if (outcome === 'unconfirmed' && tried.unconfirmed >= DUPLICATES) {
    const times = tried.unconfirmed + 1;
    return {
      state: 'dead',
      why: `handed over ${times} times, and each time the connection was lost before the answer: it has probably arrived. Last: ${said}`,
    };
  }
  const left = TRIED_FOR - tried.ageMs;
  if (left <= 0) return { state: 'dead', why: `not delivered within 24 hours. Last: ${said}` };
  // the last attempt is at the end of the time, not before it
  const pause = Math.max(pauseAfter(tried.attempts, random), Math.min(pauseMs, LONGEST_PAUSE));
  return { state: 'pending', pauseMs: Math.min(pause, left), why: said };
}

/** Between half of the full pause and all of it. */
export function pauseAfter(attempts: number, random: number): number {
  const full = Math.min(FIRST_PAUSE * 2 ** Math.min(attempts, 20), LONGEST_PAUSE);
  return Math.round(full * (0.5 + random / 2));
}
