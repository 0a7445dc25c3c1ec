/**
 * When a shrink is too large to be believed without a person: the closings of the list are held.
 * Pure: numbers in, decision out.
 */
export interface Shrink {
  /** Open records of the list before this read, and those among them that state a right. */
  readonly open: number;
  readonly openWithRight: number;
  /** Records that would close, and distinct principals that would lose a right (by closing or by a smaller row). */
  readonly closing: number;
  readonly losingRight: number;
  /** Distinct records this read showed. */
  readonly read: number;
  /** The account the read was made with is among those that would close. */
  readonly ownAccountCloses: boolean;
}

const MIN_LIMIT = 5;
const LIMIT_SHARE = 0.2;

/** Up to this many of `of` may go without a person's word: max(5, 20 %). */
export function shrinkLimit(of: number): number {
  return Math.max(MIN_LIMIT, of * LIMIT_SHARE);
}

/** @returns why the closings are held, in words for an operator, or null: they apply */
export function holdReason(shrink: Shrink): string | null {
  if (shrink.closing === 0 && shrink.losingRight === 0) return null;
  if (shrink.ownAccountCloses) return 'the account this source is read with would vanish';
  if (shrink.read === 0 && shrink.closing > 0) return `nothing is left of ${shrink.open} records`;
  if (shrink.closing > shrinkLimit(shrink.open)) {
    return `${shrink.closing} of ${shrink.open} records would close, more than ${words(shrink.open)}`;
  }
  if (shrink.losingRight > shrinkLimit(shrink.openWithRight)) {
    const of = shrink.openWithRight;
    return `${shrink.losingRight} of ${of} principals would lose a right, more than ${words(of)}`;
  }
  return null;
}

function words(of: number): string {
  return `max(${MIN_LIMIT}, ${LIMIT_SHARE * 100} %) = ${Math.floor(shrinkLimit(of))}`;
}
