/** A person's word that a finding is accepted for a time, and the one answer to "is it waived?". Pure. */
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import type { ViolationSubject } from '../rules/verdicts.js';
import {
  type Accepted,
  type AppliedWaiver,
  type FindingIdentity,
  fingerprintOf,
  type Match,
  outgrows,
  type Standing,
} from './finding.js';

/** A waiver of one source, its subject found. */
export interface Waiver {
  /** Of its content: a waiver that is edited is another one. */
  readonly id: string;
  readonly rule: string;
  readonly subject: ViolationSubject;
  /** Only findings with these fields; empty: whichever. */
  readonly fields: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly approver: string;
  /** Null: from when it was written. */
  readonly from: Date | null;
  /** It ends at this moment. */
  readonly until: Date;
  /** The fingerprint of what is accepted, or its beginning; null: whatever is matched when it first applies. */
  readonly accepts: string | null;
}

/** What a finding matched at some event of its past, and the waiver that applied then. */
export interface PastMatch extends Accepted {
  readonly finding: number;
  readonly fingerprint: string;
  readonly waiver: string | null;
}

export function waiverId({ from, until, ...waiver }: Omit<Waiver, 'id'>): string {
  const dated = { ...waiver, from: from?.toISOString() ?? null, until: until.toISOString() };
  return sha256(canonicalBytes(dated)).toString('hex');
}

/** Of the set of waivers in force: whether judging again could give something else. */
export function waiversDigest(inForce: readonly Pick<Waiver, 'id'>[]): string {
  return sha256(canonicalBytes(inForce.map(({ id }) => id).sort())).toString('hex');
}

export function inForceAt(waivers: readonly Waiver[], asOf: Date): Waiver[] {
  return waivers.filter(({ from, until }) => (from === null || from <= asOf) && asOf < until);
}

export function applied({ id, reason, approver, from, until, accepts }: Waiver): AppliedWaiver {
  return {
    id,
    reason,
    approver,
    from: from?.toISOString() ?? null,
    until: until.toISOString(),
    accepts,
  };
}

/** Whether a waiver is about this finding, whatever it accepts. */
export function isAbout(waiver: Waiver, { rule, subject, fields }: FindingIdentity): boolean {
  return (
    waiver.rule === rule &&
    waiver.subject.kind === subject.kind &&
    waiver.subject.id === subject.id &&
    Object.entries(waiver.fields).every(([field, value]) => fields[field] === value)
  );
}

/**
 * The waiver under which a match is accepted, or undefined. Every path asks here.
 * @param past what this finding matched before, oldest first
 * @param inForce waivers in force, in the order of their file: the first that covers the match counts
 */
export function waiverFor(
  finding: FindingIdentity,
  match: Match,
  past: readonly PastMatch[],
  inForce: readonly Waiver[],
): Waiver | undefined {
  return inForce.find((waiver) => {
    if (!isAbout(waiver, finding)) return false;
    const accepted = acceptedBy(waiver, match, past);
    return accepted !== undefined && !outgrows(match, accepted);
  });
}

/** What a waiver accepts of a finding; undefined: a fingerprint that this finding never had. */
export function acceptedBy(
  { id, accepts }: Pick<Waiver, 'id' | 'accepts'>,
  match: Match,
  past: readonly PastMatch[],
): Accepted | undefined {
  if (accepts === null) return past.find(({ waiver }) => waiver === id) ?? match;
  if (fingerprintOf(match.matched).startsWith(accepts)) return match;
  return past.findLast(({ fingerprint }) => fingerprint.startsWith(accepts));
}

/** What is to be said of a waiver that no finding is waived by, or null. A waiver that is still to come is not idle. */
export function idleWaiver(waiver: Waiver, standings: readonly Standing[], now: Date): string | null {
  if (waiver.until <= now) return ': has ended; renew it or take it out';
  if (waiver.from !== null && waiver.from > now) return null;
  const about = standings.filter((finding) => finding.state !== 'resolved' && isAbout(waiver, finding));
  if (about.length === 0) return ': there is no finding that it applies to';
  if (about.some((finding) => finding.waiver?.id === waiver.id)) return null;
  if (about.every((finding) => finding.state === 'waived'))
    return ': what it would accept is accepted by another waiver that stands before it; take one of them out';
  return waiver.accepts === null
    ? ': what is found has grown since it was accepted'
    : '.accepts: is not the fingerprint of what is found now';
}
