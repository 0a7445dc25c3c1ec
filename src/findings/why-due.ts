/** Whether a source has to be judged again. Pure. */

export const JUDGEMENT_REASONS = ['published', 'activated', 'waivers', 'daily', 'manual'] as const;
export type JudgementReason = (typeof JUDGEMENT_REASONS)[number];

/** What is known of a source when one asks. */
export interface Situation {
  /** The latest snapshot; 0: none yet. */
  readonly lastSeq: number;
  /** A snapshot of it waits to be judged: by what is in force then. */
  readonly waiting: boolean;
  /** The latest judgement. */
  readonly judged: {
    readonly seq: number;
    readonly rulesetDigest: string;
    readonly waiversDigest: string;
    readonly asOf: Date;
  } | null;
  /** The database's time. */
  readonly now: Date;
}

/** What would be judged by now. */
export interface InForce {
  readonly rulesetDigest: string;
  readonly waiversDigest: string;
}

/** Why the latest snapshot has to be judged (again), or null. Rules about age are why a day is enough. */
export function whyDue(situation: Situation, inForce: InForce): JudgementReason | null {
  const { lastSeq, waiting, judged, now } = situation;
  if (lastSeq === 0 || waiting) return null;
  // published by a program that did not know of judgements
  if (judged === null || judged.seq < lastSeq) return 'published';
  if (judged.rulesetDigest !== inForce.rulesetDigest) return 'activated';
  if (judged.waiversDigest !== inForce.waiversDigest) return 'waivers';
  return dayOf(judged.asOf) < dayOf(now) ? 'daily' : null;
}

/** In UTC. */
function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
