/** The words of a finding's life. Pure. */
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import type { Because, Severity, ViolationSubject } from '../rules/verdicts.js';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];

/** `reopened` is open again, and says so. */
export const FINDING_STATES = ['open', 'reopened', 'acknowledged', 'waived', 'resolved'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** `reexplained`: still in the state it was in, but matched by something else, or with another severity. */
export const EVENT_KINDS = [
  'opened',
  'reopened',
  'reexplained',
  'acknowledged',
  'waived',
  'resolved',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const REOPENED_WHY = ['came-back', 'waiver-ended', 'grew'] as const;
export const RESOLVED_WHY = ['no-longer-violated', 'rule-dropped', 'subject-gone', 'source-retired'] as const;
export type EventWhy = (typeof REOPENED_WHY)[number] | (typeof RESOLVED_WHY)[number];

/** What makes two violations one finding. */
export interface FindingIdentity {
  readonly rule: string;
  readonly subject: ViolationSubject;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is the matter, at one moment. */
export interface Match {
  readonly severity: Severity;
  readonly message: string;
  readonly because: readonly Because[];
  readonly matched: readonly string[];
}

/** The waiver under which a finding is waived, as it is kept: it names nobody but its approver. */
export type AppliedWaiver = {
  readonly id: string;
  readonly reason: string;
  readonly approver: string;
  readonly from: string | null;
  readonly until: string;
  readonly accepts: string | null;
};

/** A finding as it stands after its last event. */
export interface Standing extends FindingIdentity, Match {
  readonly id: number;
  /** Number of its last event. */
  readonly no: number;
  readonly state: FindingState;
  /** Present exactly while it is waived. */
  readonly waiver: AppliedWaiver | null;
}

/** One key for each identity, whatever the order of fields. Of texts alone this is RFC 8785's, at a tenth of the cost. */
export function identityKey({ rule, subject: { kind, id }, fields }: FindingIdentity): string {
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify([rule, kind, id, sorted]);
}

/** The fingerprint of what was matched: SHA-256 of its RFC 8785 bytes, lower-case hex. */
export function fingerprintOf(matched: readonly string[]): string {
  return sha256(canonicalBytes(matched)).toString('hex');
}

/** As much of a fingerprint as is printed, and may be written into a waiver. */
export const SHOWN_FINGERPRINT = 16;

/** Seen, perhaps, but neither accepted nor mended. */
export function isOpen(state: FindingState): boolean {
  return state !== 'waived' && state !== 'resolved';
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** Sorts from worst to least. */
export function compareSeverities(a: Severity, b: Severity): number {
  return RANK[a] - RANK[b];
}

/** Whether there is more to it than was accepted, or it weighs more. Less of the same is no growth. */
export function outgrows(now: Pick<Match, 'severity' | 'matched'>, accepted: Accepted): boolean {
  if (compareSeverities(now.severity, accepted.severity) < 0) return true;
  const known = new Set(accepted.matched);
  return now.matched.some((one) => !known.has(one));
}

/** What somebody has accepted, or seen. */
export type Accepted = Pick<Match, 'severity' | 'matched'>;

/** Before → after; undefined: there was nothing. What no line names cannot happen. */
const BEFORE: Readonly<Record<EventKind, readonly (FindingState | undefined)[]>> = {
  opened: [undefined],
  reopened: ['acknowledged', 'waived', 'resolved'],
  reexplained: ['open', 'reopened', 'acknowledged', 'waived'],
  acknowledged: ['open', 'reopened'],
  waived: ['open', 'reopened', 'acknowledged', 'waived'],
  resolved: ['open', 'reopened', 'acknowledged', 'waived'],
};

/** The state after an event, or null where it cannot follow. */
export function stateAfter(before: FindingState | undefined, kind: EventKind): FindingState | null {
  if (!BEFORE[kind].includes(before)) return null;
  if (kind === 'opened') return 'open';
  return kind === 'reexplained' ? (before ?? null) : kind;
}
