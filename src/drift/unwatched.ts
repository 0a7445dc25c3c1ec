/** What a drift cannot say of lists that were left and came back in between. Pure. */
import type { ChangeKind } from '../access/model.js';
import { oneLine } from '../platform/visible.js';
import type { RecordedChange } from './recorded.js';
import type { NamedScope, UnwatchedSpan } from './report.js';

/** Lists of these scopes ended with snapshot `leftAt`, and were read again, as if for the first time, with `backAt`. */
export interface Unwatched {
  /** '' is what belongs to the source as a whole. */
  readonly scopes: readonly string[];
  readonly leftAt: number;
  readonly backAt: number;
}

/** What is told of somebody or something when nobody looks there any more. */
const DEPARTURES: ReadonlySet<ChangeKind> = new Set([
  ...(['principal-disappeared', 'role-revoked', 'permission-lost', 'level-lowered'] as const),
  ...(['scope-disappeared', 'role-retired', 'identity-unlinked', 'members-changed'] as const),
]);

/**
 * Without what was told as gone because its list was left, where that list came back: a first read tells nothing, so
 * nothing else would ever say that it is still there.
 */
export function withoutDepartures(
  changes: readonly RecordedChange[],
  spans: readonly Unwatched[],
): readonly RecordedChange[] {
  if (spans.length === 0) return changes;
  return changes.filter((change) => !spans.some((span) => isDepartureOf(span, change)));
}

function isDepartureOf({ scopes, leftAt }: Unwatched, { seq, what, cause, scope }: RecordedChange): boolean {
  if (seq !== leftAt || !DEPARTURES.has(what) || (scope !== undefined && !scopes.includes(scope)))
    return false;
  // that the server lists a space again is told, and cancels that it did not
  return cause === 'configuration' || (cause === 'scope' && what !== 'scope-disappeared');
}

/** One line for a span, without which a reader would take silence for an answer. */
export function unwatchedWords({ scopes, lastSeen, seenAgain }: UnwatchedSpan): string {
  const what = scopes === undefined ? 'The source' : `In ${scopes.map(nameOf).join(', ')}`;
  return `${what}: not watched after snapshot ${String(lastSeen)} until ${String(seenAgain)}. What changed there meanwhile is not known here; compare what \`rolewatch access\` says of both`;
}

const nameOf = ({ key, name }: NamedScope): string => oneLine(name === undefined ? key : `${name} (${key})`);
