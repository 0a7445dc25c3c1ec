import { RolewatchError } from '../platform/errors.js';
import { commandWord } from '../platform/visible.js';
import type { HeldList } from './held-list.js';

/** How a person names the lists of the whole source, which have no scope of their own. */
export const WHOLE_SOURCE = '-';
export const ALL_SCOPES = 'all';

/** Which of the held lists are to be released. */
export interface ReleaseChoice {
  readonly source: string;
  readonly stream: string;
  /** Key of a scope, WHOLE_SOURCE or ALL_SCOPES. */
  readonly scope: string;
}

/**
 * The held lists that a choice names.
 * @throws RolewatchError nothing-held, listing what is
 */
export function chooseHeld(held: readonly HeldList[], choice: ReleaseChoice): readonly HeldList[] {
  const ofStream = held.filter((list) => list.stream === choice.stream);
  const chosen =
    choice.scope === ALL_SCOPES ? ofStream : ofStream.filter((list) => shownScope(list) === choice.scope);
  if (chosen.length > 0) return chosen;
  const what =
    held.length === 0
      ? `the latest snapshot of ${choice.source} holds nothing`
      : `${choice.source} holds nothing there; held are ${held.map(heldWords).join(' and ')}`;
  throw new RolewatchError('nothing-held', what);
}

export function shownScope(list: { readonly scope: string }): string {
  return list.scope === '' ? WHOLE_SOURCE : list.scope;
}

/** The command that releases a held list, complete but for the reason. */
export function releaseCommand(source: string, list: HeldList): string {
  return `rolewatch accept-shrink ${source} --stream ${list.stream} --scope ${commandWord(shownScope(list))} --expect ${list.held} --reason REASON`;
}

function heldWords(list: HeldList): string {
  return `${list.held} in ${list.stream} (--stream ${list.stream} --scope ${shownScope(list)})`;
}
