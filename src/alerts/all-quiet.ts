/** Whether all is quiet: only where everything is known, and there was nothing to tell. Pure. */
import type { Severity } from '../rules/verdicts.js';

/** How a source stands, and what came of it since the last word. By the database's clock. */
export interface QuietSource {
  readonly source: string;
  /** The last accepted state; null before the first. `fresh`: since the last word. */
  readonly snapshot: { readonly seq: number; readonly recordedAt: Date; readonly fresh: boolean } | null;
  readonly paused: { readonly since: Date; readonly why: string } | null;
  /** Slots since the last word, by how they ended. */
  readonly slots: { readonly published: number; readonly failed: number; readonly missed: number };
  /** Why the last slot that ended brought nothing; null where it did. */
  readonly lastFailure: string | null;
  /** Lists of the last snapshot that are not complete, or hold something back, in words. */
  readonly doubts: readonly string[];
  /** The snapshot that was judged last; null before the first judgement. */
  readonly judgedSeq: number | null;
  /** Rules that failed, or could not say something of everybody, when it was judged. */
  readonly unassessable: number;
  /** Findings that are neither resolved nor waived. */
  readonly findings: Readonly<Record<Severity, number>>;
  /** Alerts written since the last word. */
  readonly alerts: Readonly<Record<Severity, number>>;
}

/** Messages since the last word; stuck and waiting ones whenever they were written. */
export interface QuietMessages {
  readonly sent: number;
  readonly waiting: number;
  /** Tried, and not delivered yet. */
  readonly stuck: number;
  readonly dead: number;
  /** Of those that are stuck or dead, some: to whom, and why. */
  readonly troubles: readonly string[];
  /** Alerts that no route led to anybody. */
  readonly untold: number;
}

export interface QuietFacts {
  readonly since: Date;
  readonly until: Date;
  readonly sources: readonly QuietSource[];
  readonly messages: QuietMessages;
}

/**
 * silent: nothing was read although it was due, or nobody can say · unread: nothing was due · unclear: read, but not all
 * of it is known · told: something was worth telling · quiet: nothing was, and everything is known.
 */
export type Standing = 'silent' | 'unread' | 'unclear' | 'told' | 'quiet';

export interface JudgedSource extends QuietSource {
  readonly standing: Standing;
  /** What is not known, or not well. */
  readonly why: readonly string[];
}

export interface AllQuiet extends Omit<QuietFacts, 'sources'> {
  readonly quiet: boolean;
  readonly sources: readonly JudgedSource[];
}

export function allQuietOf({ sources, ...facts }: QuietFacts): AllQuiet {
  const judged = sources.map(judgedSource);
  const { stuck, dead, untold } = facts.messages;
  const quiet =
    judged.length > 0 && judged.every(({ standing }) => standing === 'quiet') && stuck + dead + untold === 0;
  return { ...facts, sources: judged, quiet };
}

function judgedSource(source: QuietSource): JudgedSource {
  const silence = silenceOf(source);
  if (silence !== null)
    return { ...source, standing: silence.standing, why: [silence.why, ...unclearWhy(source)] };
  const why = unclearWhy(source);
  if (why.length > 0) return { ...source, standing: 'unclear', why };
  return { ...source, standing: total(source.alerts) > 0 ? 'told' : 'quiet', why: [] };
}

function silenceOf(source: QuietSource): { standing: 'silent' | 'unread'; why: string } | null {
  const { snapshot, paused, slots, lastFailure } = source;
  if (paused !== null) return { standing: 'silent', why: `paused: ${paused.why}` };
  if (snapshot === null) return { standing: 'silent', why: lastFailure ?? 'it was never read' };
  if (snapshot.fresh) return null;
  if (slots.failed + slots.missed > 0)
    return { standing: 'silent', why: lastFailure ?? 'no slot brought anything' };
  return { standing: 'unread', why: 'no slot was due: what changed since its last snapshot is not known' };
}

function unclearWhy({ snapshot, slots, doubts, judgedSeq, unassessable }: QuietSource): string[] {
  const lost = slots.failed + slots.missed;
  const judged = snapshot === null || judgedSeq === snapshot.seq;
  return [
    ...(lost > 0
      ? [
          `${lost} of ${lost + slots.published} slots brought nothing: what changed then is seen later, with a wider window`,
        ]
      : []),
    ...doubts,
    ...(judged ? [] : ['its last snapshot is not judged yet']),
    ...(unassessable > 0
      ? [`${unassessable} ${unassessable === 1 ? 'rule' : 'rules'} could not be assessed in full`]
      : []),
  ];
}

export function total(counts: Readonly<Record<Severity, number>>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}
