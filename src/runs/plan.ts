/**
 * Which scopes a run reads, and which it no longer does. Pure.
 */
import { compareKeys } from '../drift/collect.js';

export interface ScopesKnown {
  /** By configuration, or null: whatever the source lists. */
  readonly configured: readonly string[] | null;
  /** What the source listed in this run, less what may close; null: discovery was not believed, or there is none. */
  readonly listed: readonly string[] | null;
  /** Read until now. */
  readonly watched: readonly string[];
  /** Known as listed by earlier runs: planned if discovery fails. */
  readonly lastListed: readonly string[];
}

export interface LeftScope {
  readonly scope: string;
  readonly by: 'scope' | 'configuration';
}

export interface ScopePlan {
  readonly read: readonly string[];
  readonly left: readonly LeftScope[];
  /** Configured, and neither listed by the source nor leaving: whether it is there is not known, and somebody should look. */
  readonly unlisted: readonly string[];
}

/**
 * If discovery fails, the last known scopes are planned and none leaves for it; what configuration drops, leaves. So does
 * what the source never listed: it is of another source that had this name.
 */
export function planScopes({ configured, listed, watched, lastListed }: ScopesKnown): ScopePlan {
  const there = listed ?? union(lastListed, watched);
  const wanted = configured ?? there;
  const read =
    listed === null && configured !== null ? configured : wanted.filter((scope) => there.includes(scope));
  const mayLeave = configured ?? watched;
  const left = watched
    .filter((scope) => !read.includes(scope))
    .map((scope): LeftScope => ({
      scope,
      by: mayLeave.includes(scope) && lastListed.includes(scope) ? 'scope' : 'configuration',
    }));
  const unlisted = (configured ?? []).filter((scope) => !read.includes(scope) && !watched.includes(scope));
  return {
    read: [...read].sort(compareKeys),
    left: [...left].sort((a, b) => compareKeys(a.scope, b.scope)),
    unlisted: unlisted.sort(compareKeys),
  };
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}
