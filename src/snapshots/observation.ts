import type { Verdict } from '../access/model.js';

/** How one list was obtained for a snapshot: the verdict and its proof. */
export interface ObservationView {
  readonly stream: string;
  /** Absent where the list belongs to the whole source. */
  readonly scope?: string;
  readonly verdict: Verdict;
  readonly rows: number;
  /** The source's own count; absent where it gives none. */
  readonly total?: number;
  readonly pages: number;
  /** SHA-256 over the pages' digests, hex. */
  readonly pagesDigest?: string;
  readonly reads: number;
  readonly readFrom?: string;
  readonly readTo?: string;
  readonly observedAt?: string;
  readonly statedBy: string;
  readonly unconfirmed: number;
  readonly held: number;
  readonly why?: string;
}

export interface SnapshotView {
  readonly source: string;
  readonly seq: number;
  readonly recordedAt: string;
  readonly digest: string;
  readonly root: string;
  readonly previousDigest?: string;
  /** Its state is no longer kept, nor what was observed: digest and root are. */
  readonly beforeHorizon?: true;
  readonly observations: readonly ObservationView[];
}
