/** How a waiver stands, in one word. Pure. */
import type { Standing } from './finding.js';
import { idleWaiver, type Waiver } from './waiver.js';

export const WAIVER_STATES = [
  'in-force',
  'unused',
  'not-judged',
  'to-come',
  'ended',
  'not-applicable',
] as const;

export interface WaiverState {
  readonly state: (typeof WAIVER_STATES)[number];
  /** Absent where the state says it all. */
  readonly why?: string;
  /** Numbers of the findings that are waived by it. */
  readonly covers: readonly number[];
}

/** What is written about a waiver begins with the place in the file that it is about. */
export function waiverCannotApply(said: string): WaiverState {
  return { state: 'not-applicable', why: withoutLead(said), covers: [] };
}

/** @param judged whether the latest state was judged with this waiver in force */
export function waiverStateOf(
  waiver: Waiver,
  standings: readonly Standing[],
  { now, judged }: { readonly now: Date; readonly judged: boolean },
): WaiverState {
  if (waiver.until <= now) return { state: 'ended', covers: [] };
  if (waiver.from !== null && waiver.from > now) return { state: 'to-come', covers: [] };
  const covers = standings
    .filter(({ state, waiver: by }) => state === 'waived' && by?.id === waiver.id)
    .map(({ id }) => id);
  if (covers.length > 0) return { state: 'in-force', covers };
  if (!judged)
    return { state: 'not-judged', why: 'the latest state is judged with it at the next look', covers };
  const idle = idleWaiver(waiver, standings, now);
  return { state: 'unused', ...(idle !== null && { why: withoutLead(idle) }), covers };
}

function withoutLead(said: string): string {
  return said.replace(/^(: |\.)/, '');
}
