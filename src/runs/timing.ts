/** Every duration of the clock, in milliseconds. Tests shorten them; nothing else does. */
export interface Timing {
  /** How long a claim holds without a renewal. At most so long two processes may read one source. */
  readonly leaseMs: number;
  /** How often a lease is renewed while its source is read. */
  readonly renewMs: number;
  /** At shutdown: how long runs may go on before they are aborted. */
  readonly graceMs: number;
  /** At shutdown: how long an aborted run may take to stop and hand its slot back. */
  readonly handBackMs: number;
}

export const TIMING: Timing = {
  leaseMs: 2 * 60_000,
  renewMs: 30_000,
  graceMs: 5_000,
  handBackMs: 4_000,
};

/** How often each replica looks for work. */
export const PULSE_MS = 10_000;

/** How often each replica looks whether a night's retention is left to do. */
export const RETENTION_MS = 60_000;

/** How many sources one process reads at once. */
export const MAX_RUNS = 2;

/** So often a slot is read anew, or a night's retention begun anew, because the database was away; then the next one has to do. */
export const MOST_ATTEMPTS = 10;
