/** A slot that this process may read, until `epoch` is no longer the slot's. */
export interface Claim {
  readonly source: string;
  readonly dueAt: Date;
  /** Grows by one with every claim of the slot: whoever holds an older one is fenced. */
  readonly epoch: number;
  readonly runId: bigint;
  /** The snapshot the run starts from; 0 before the first. */
  readonly baseSeq: number;
}

/** How one attempt to read a source ended. */
export interface RunOutcome {
  readonly outcome: 'published' | 'failed' | 'fenced';
  /** The published snapshot. */
  readonly seq?: number;
  /** Why nothing was published, in words for the coverage report. */
  readonly why?: string;
}

/**
 * The story of one run: read, compare, publish. It does not end its slot, except by publishing.
 * `signal` covers the reading; once publishing has begun it is not looked at any more. It is aborted after `limitMs`
 * milliseconds, which the lists share.
 */
export interface Runner {
  run(claim: Claim, signal: AbortSignal, limitMs: number): Promise<RunOutcome>;
}
