/**
 * May one read of a list be believed as a whole? Pure: facts of the read in, decision out (docs/reliability.md).
 */
import type { Verdict } from '../access/model.js';
import type { Fault, FaultCode } from '../sources/source.js';

/** A key that came more than once in one read. */
export interface Repeat {
  /** Every time with the same comparison form. */
  readonly identical: boolean;
  /** Known from an earlier read as a repeat this source always gives. */
  readonly remembered: boolean;
  /** An earlier read of this run gave it more than once, too. */
  readonly again: boolean;
}

/** What is known of one read of one list. */
export interface ReadFacts {
  readonly rows: number;
  /** The totals the pages stated, each once; empty where the source states none. */
  readonly totals: readonly number[];
  readonly distinct: number;
  readonly repeats: readonly Repeat[];
  /** Open records of the list that this read did not show. */
  readonly missing: number;
  readonly faults: readonly Fault[];
}

export interface Acceptance {
  readonly accepted: boolean;
  readonly verdict: Verdict;
  /** In words, where it was not accepted. */
  readonly why: string | null;
  /** Reading the list again could help. */
  readonly worthRepeating: boolean;
}

/** Faults that stay however often the list is read within a run. */
const LASTING: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'denied',
  'masked',
  'http-status',
  'unreachable',
  'redirected',
  'missing-file',
  'too-slow',
  'cancelled',
]);

export function judgeRead(facts: ReadFacts): Acceptance {
  const denied = facts.faults.find((f) => f.code === 'denied');
  if (denied) return { accepted: false, verdict: 'denied', why: denied.message, worthRepeating: false };
  const masked = facts.faults.find((f) => f.code === 'masked');
  if (masked) return { accepted: false, verdict: 'masked', why: masked.message, worthRepeating: false };
  const why = firstDoubt(facts);
  if (why === null) return { accepted: true, verdict: 'complete', why: null, worthRepeating: false };
  const worthRepeating = !facts.faults.some((f) => LASTING.has(f.code));
  return { accepted: false, verdict: 'partial', why, worthRepeating };
}

function firstDoubt(facts: ReadFacts): string | null {
  const [fault, ...others] = facts.faults;
  if (fault) return others.length === 0 ? fault.message : `${fault.message} (and ${others.length} more)`;
  if (facts.totals.length > 1)
    return `the stated total changed while reading: ${facts.totals.join(', then ')}`;
  const [total] = facts.totals;
  if (total !== undefined && total !== facts.rows)
    return `the stated total is ${total}, but the pages gave ${facts.rows} rows`;
  return doubtAboutRepeats(facts);
}

/** A repeat usually means that rows moved between pages, and then another row was passed over. */
function doubtAboutRepeats(facts: ReadFacts): string | null {
  const differing = facts.repeats.filter((r) => !r.identical).length;
  if (differing > 0) return `${differing} keys came twice with different content`;
  const fresh = facts.repeats.filter((r) => !r.remembered);
  if (fresh.length > 0 && facts.missing > 0) {
    return `${fresh.length} keys came twice while ${facts.missing} known records were not shown`;
  }
  // who was passed over may be somebody nobody knows yet: only the next read tells whether the source always does it
  const once = fresh.filter((r) => !r.again).length;
  return once > 0 ? `${once} keys came twice in one read, which they had not before` : null;
}
