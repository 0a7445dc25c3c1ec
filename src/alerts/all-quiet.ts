/** Whether all is quiet: only where everything is known, and there was nothing to tell. Pure. */
import type { Severity } from '../rules/verdicts.js';

/** What is not known of a source, and not for want of reading: a rule that could not be assessed, a list that is refused. */
export interface Gap {
  readonly kind: 'rule' | 'list';
  readonly name: string;
  readonly why: string;
  /** Since when it is so, for the same reason. */
  readonly since: Date;
}

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
  /** Lists of the last snapshot that are partial, or hold something back, in words. */
  readonly doubts: readonly string[];
  /** The snapshot that was judged last; null before the first judgement. */
  readonly judgedSeq: number | null;
  /** Rules that failed, or could not say something of everybody, when it was judged; lists that are denied or masked. */
  readonly gaps: readonly Gap[];
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
 * of it is known · told: something was worth telling · excepted: nothing was, and what is not known is what was not known
 * when the last word came · quiet: nothing was, and everything is known.
 */
export type Standing = 'silent' | 'unread' | 'unclear' | 'told' | 'excepted' | 'quiet';

export interface JudgedSource extends QuietSource {
  readonly standing: Standing;
  /** What is not known, or not well. */
  readonly why: readonly string[];
}

export interface AllQuiet extends Omit<QuietFacts, 'sources'> {
  readonly quiet: boolean;
  /** Quiet, except for what was not known the last time either. */
  readonly excepted: boolean;
  readonly sources: readonly JudgedSource[];
}

export function allQuietOf({ sources, ...facts }: QuietFacts): AllQuiet {
  const judged = sources.map((source) => judgedSource(source, facts.since));
  const { stuck, dead, untold } = facts.messages;
  const calm =
    judged.length > 0 &&
    judged.every(({ standing }) => standing === 'quiet' || standing === 'excepted') &&
    stuck + dead + untold === 0;
  const excepted = calm && judged.some(({ standing }) => standing === 'excepted');
  return { ...facts, sources: judged, quiet: calm && !excepted, excepted };
}

function judgedSource(source: QuietSource, since: Date): JudgedSource {
  const gaps = source.gaps.map(gapWords);
  const silence = silenceOf(source);
  if (silence !== null)
    return { ...source, standing: silence.standing, why: [silence.why, ...unclearWhy(source), ...gaps] };
  const why = unclearWhy(source);
  const isNew = source.gaps.some((gap) => gap.since > since);
  if (why.length > 0 || isNew) return { ...source, standing: 'unclear', why: [...why, ...gaps] };
  const calm = gaps.length > 0 ? 'excepted' : 'quiet';
  return { ...source, standing: total(source.alerts) > 0 ? 'told' : calm, why: gaps };
}

function gapWords({ kind, name, why, since }: Gap): string {
  const what =
    kind === 'rule' ? `Rule ${name} could not be assessed in full` : `The list ${name} is not shown`;
  return `${what} since ${since.toISOString().slice(0, 10)}: ${why}`;
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

function unclearWhy({ snapshot, slots, doubts, judgedSeq }: QuietSource): string[] {
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
  ];
}

export function total(counts: Readonly<Record<Severity, number>>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}
