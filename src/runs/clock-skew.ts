/** By how much a process's clock differs from the database's. Pure. Nothing is decided by it: it is told to people. */

/** In milliseconds; `aheadMs` is below 0 where the process is behind. */
export interface ClockSkew {
  readonly aheadMs: number;
  /** Half of the time that asking took: the true difference is at most so far away. */
  readonly unsureMs: number;
}

/** Logs, reports and windows of reading then state times that are visibly wrong. */
export const SKEW_LIMIT_MS = 30_000;

/** What the process's wall clock showed when it asked, the database's answer, and how long that took. */
export function clockSkew(asked: Date, answer: Date, tookMs: number): ClockSkew {
  const aheadMs = Math.round(asked.getTime() + tookMs / 2 - answer.getTime());
  return { aheadMs, unsureMs: Math.ceil(tookMs / 2) };
}

/** Whether it differs too much, whatever the uncertainty. */
export function isSkewed({ aheadMs, unsureMs }: ClockSkew): boolean {
  return Math.abs(aheadMs) - unsureMs > SKEW_LIMIT_MS;
}

export function skewText({ aheadMs, unsureMs }: ClockSkew): string {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  const side = aheadMs < 0 ? 'behind' : 'ahead of';
  return `its clock is ${seconds(Math.abs(aheadMs))} s ${side} the database's (± ${seconds(unsureMs)} s)`;
}
