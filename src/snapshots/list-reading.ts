/** What the parts of a run tell each other about one list. Plain data. */
import type { Verdict } from '../access/model.js';
import type { Fault, Step } from '../sources/source.js';

/** The run that is reading, and the state it compares with. */
export interface RunFrame {
  readonly source: string;
  readonly runId: bigint;
  /** The snapshot that was the latest when reading began; publishing is refused if it no longer is. */
  readonly baseSeq: number;
}

/** One attempt to read one list from start to end, before it is judged. */
export interface Attempt {
  readonly no: number;
  readonly pages: number;
  readonly rows: number;
  readonly totals: readonly number[];
  readonly faults: readonly Fault[];
  /** SHA-256 over the concatenated SHA-256 of the pages' raw bytes. */
  readonly pagesDigest: Buffer;
  readonly readFrom: Date;
  readonly readTo: Date;
  /** Every page had the bytes of that page in the last accepted read. */
  readonly unchanged: boolean;
}

/** What a run learnt of one list: becomes its observation, and decides what is published of it. */
export interface ListReading {
  readonly step: Step;
  readonly verdict: Verdict;
  readonly why: string | null;
  /** Attempts whose rows are published: the accepted ones, else (partial) all. Ascending. */
  readonly applied: readonly number[];
  readonly accepted: readonly number[];
  readonly reads: number;
  readonly rows: number;
  readonly total: number | null;
  readonly pages: number;
  readonly pagesDigest: Buffer | null;
  readonly readFrom: Date | null;
  readonly readTo: Date | null;
  /** Known records that this run's reads neither clearly showed nor clearly missed. */
  readonly unconfirmed: number;
  /** Closings and losses of rights that wait for a person, and the words for why. */
  readonly held: { readonly count: number; readonly why: string } | null;
  /** Identities that an accepted read gave more than once: remembered with this source's habits. */
  readonly repeated: readonly string[];
  /** The person's release that this read uses up. */
  readonly releaseId: bigint | null;
  /** Nobody answered: the rest of the plan need not be tried. */
  readonly unreachable: boolean;
}

/** Why a list was not believed, or what it says is held: in the observation and in the manifest alike. */
export function whyOf({ why, held }: ListReading): string | null {
  return why ?? held?.why ?? null;
}

/** The reading of a list that was planned and not tried. */
export function notRead(step: Step, why: string): ListReading {
  return {
    step,
    verdict: 'partial',
    why,
    applied: [],
    accepted: [],
    reads: 0,
    rows: 0,
    total: null,
    pages: 0,
    pagesDigest: null,
    readFrom: null,
    readTo: null,
    unconfirmed: 0,
    held: null,
    repeated: [],
    releaseId: null,
    unreachable: false,
  };
}
