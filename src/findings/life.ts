/** How findings live: what was known, what a judgement says, and what therefore happened. Pure. */
import { groupBy } from '../drift/collect.js';
import { lastOf } from '../platform/steps.js';
import type { Because, Verdicts, ViolationSubject } from '../rules/verdicts.js';
import {
  type EventKind,
  type EventWhy,
  type FindingIdentity,
  type FindingState,
  identityKey,
  type Match,
  outgrows,
  type Standing,
} from './finding.js';
import { inForceAt, type PastMatch, type Waiver, waiverFor } from './waiver.js';

export interface Judged {
  readonly verdicts: Verdicts;
  /** False: the configuration no longer names the source; nothing is said about upstream. */
  readonly watched: boolean;
  /** Whether the judged state still shows a subject. */
  readonly shows: (subject: ViolationSubject) => boolean;
}

/** What a finding goes through; one that is new has no number yet. */
export interface NextEvent {
  readonly finding: FindingIdentity & { readonly id: number | null };
  readonly kind: EventKind;
  readonly state: FindingState;
  readonly match: Match;
  readonly why: EventWhy | null;
  /** Present exactly while it is waived. */
  readonly waiver: Waiver | null;
}

type Turn = Pick<NextEvent, 'kind' | 'state' | 'match' | 'why' | 'waiver'>;

/**
 * The events that lead from what was known to what was judged, finding by finding in the order of their identities.
 * Asked again with its own outcome it gives none.
 * @param previous every finding of the source, resolved ones included
 * @param past what they matched before: at least of those that a waiver is about
 */
export function nextEvents(
  previous: readonly Standing[],
  past: readonly PastMatch[],
  judged: Judged,
  waivers: readonly Waiver[],
  asOf: Date,
): NextEvent[] {
  return lastOf(nextEventsInSteps(previous, past, judged, waivers, asOf));
}

const FINDINGS_A_STEP = 100;

/** The same, with a pause every now and then. */
export function* nextEventsInSteps(
  ...[previous, past, judged, waivers, asOf]: Parameters<typeof nextEvents>
): Generator<void, NextEvent[]> {
  const inForce = inForceAt(waivers, asOf);
  const pastOf = groupBy(past, ({ finding }) => finding);
  const seen: Seen = { ...judged, undecided: undecidedIn(judged.verdicts) };
  const known = yield* byIdentity(previous);
  const violations = yield* byIdentity(judged.verdicts.violations);
  const keys = yield* inOrder([known, violations]);
  const events: NextEvent[] = [];
  for (const [i, key] of keys.entries()) {
    if (i % FINDINGS_A_STEP === 0) yield;
    const [before, violation] = [known.get(key), violations.get(key)];
    const identity = before ?? violation;
    if (identity === undefined) continue;
    const { rule, subject, fields } = identity;
    const finding = { id: before?.id ?? null, rule, subject, fields };
    const waivedBy = (match: Match): Waiver | null =>
      waiverFor(finding, match, (before && pastOf.get(before.id)) ?? [], inForce) ?? null;
    for (const turn of turns(before, violation, seen, { waivedBy, inForce }))
      events.push({ finding, ...turn });
  }
  return events;
}

function* byIdentity<T extends FindingIdentity>(all: readonly T[]): Generator<void, Map<string, T>> {
  const found = new Map<string, T>();
  for (const [i, one] of all.entries()) {
    found.set(identityKey(one), one);
    if (i % FINDINGS_A_STEP === 0) yield;
  }
  return found;
}

/** By rule, whom it could not be said of; null where nothing may be said of anybody. */
type Undecided = ReadonlyMap<string, ReadonlySet<string> | null>;

function undecidedIn({ assessments }: Verdicts): Undecided {
  return new Map(
    assessments.map(({ rule, error, mayResolve, undecided = [] }) => {
      const open = error !== undefined || !mayResolve;
      return [rule, open ? null : new Set(undecided.map(({ kind, id }) => `${kind} ${id}`))];
    }),
  );
}

/** Every key once, rule by rule: a key begins with its rule, and one rule may be broken by everybody. */
function* inOrder(all: readonly ReadonlyMap<string, FindingIdentity>[]): Generator<void, string[]> {
  const ofRules = new Map<string, Set<string>>();
  for (const identities of all) {
    for (const [key, { rule }] of identities) {
      const begin = JSON.stringify(rule);
      const keys = ofRules.get(begin) ?? new Set();
      ofRules.set(begin, keys.add(key));
    }
    yield;
  }
  const ordered: string[] = [];
  for (const begin of [...ofRules.keys()].sort()) {
    for (const key of [...(ofRules.get(begin) ?? [])].sort()) ordered.push(key);
    yield;
  }
  return ordered;
}

/** What was judged, as far as it decides what is over. */
interface Seen extends Pick<Judged, 'watched' | 'shows'> {
  readonly undecided: Undecided;
}

interface Waiving {
  readonly waivedBy: (match: Match) => Waiver | null;
  readonly inForce: readonly Waiver[];
}

function turns(
  before: Standing | undefined,
  violation: Match | undefined,
  judged: Seen,
  waiving: Waiving,
): Turn[] {
  if (before === undefined || before.state === 'resolved') {
    if (violation === undefined) return [];
    const first =
      before === undefined
        ? turn('opened', 'open', violation)
        : turn('reopened', 'reopened', violation, 'came-back');
    const waiver = waiving.waivedBy(violation);
    return waiver === null ? [first] : [first, { ...turn('waived', 'waived', violation), waiver }];
  }
  if (violation !== undefined) return onwards(before, violation, waiving);
  const why = resolution(before, judged);
  // not seen is not gone: it stands as it was last seen, and its waiver begins and ends all the same
  return why === null ? onwards(before, before, waiving) : [turn('resolved', 'resolved', before, why)];
}

/** Why a finding that no violation stands for is resolved, or null: nothing may be said about it. */
function resolution({ rule, subject }: Standing, { undecided, watched, shows }: Seen): EventWhy | null {
  if (!watched) return 'source-retired';
  const open = undecided.get(rule);
  if (open === undefined) return 'rule-dropped';
  if (open === null || open.has(`${subject.kind} ${subject.id}`)) return null;
  return shows(subject) ? 'no-longer-violated' : 'subject-gone';
}

/** A finding that goes on: into a waiver, out of one, or as it is. */
function onwards(before: Standing, match: Match, { waivedBy, inForce }: Waiving): Turn[] {
  const waiver = waivedBy(match);
  if (waiver !== null) {
    if (before.waiver?.id !== waiver.id) return [{ ...turn('waived', 'waived', match), waiver }];
    return sameMatch(before, match) ? [] : [{ ...turn('reexplained', 'waived', match), waiver }];
  }
  if (before.waiver !== null) {
    const standsStill = inForce.some(({ id }) => id === before.waiver?.id);
    return [turn('reopened', 'reopened', match, standsStill ? 'grew' : 'waiver-ended')];
  }
  if (before.state === 'acknowledged' && outgrows(match, before))
    return [turn('reopened', 'reopened', match, 'grew')];
  return sameMatch(before, match) ? [] : [turn('reexplained', before.state, match)];
}

function turn(kind: EventKind, state: FindingState, of: Match, why: EventWhy | null = null): Turn {
  const { severity, message, because, matched } = of;
  return { kind, state, match: { severity, message, because, matched }, why, waiver: null };
}

/** The message is not looked at: it may tell an age, which is another one every day. */
function sameMatch(a: Match, b: Match): boolean {
  return (
    a.severity === b.severity &&
    a.matched.length === b.matched.length &&
    a.matched.every((one, i) => one === b.matched[i]) &&
    a.because.length === b.because.length &&
    a.because.every((one, i) => sameBecause(one, b.because[i]))
  );
}

function sameBecause(a: Because, b: Because | undefined): boolean {
  const told = Object.entries(a) as [keyof Because, string | true][];
  return told.length === Object.keys(b ?? {}).length && told.every(([key, value]) => b?.[key] === value);
}
