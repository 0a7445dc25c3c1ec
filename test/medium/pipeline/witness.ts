/** What whoever saw every state of an estate while it was being read knows better than the store. */
import { dnKey } from '../../../src/access/dn.js';
import { type Entry, type Lists, sameEntry } from './lists.js';
import { HELPDESK } from './village.js';

/** Stored before and there all the time, and not stored any more. @param states every one during the run */
export function falseRemovals(states: readonly Lists[], before: Lists, after: Lists): string[] {
  return [...before].flatMap(([list, entries]) =>
    [...entries].flatMap(([key, entry]) => {
      const always = alwaysIn(states, list, key);
      if (always === undefined || !matters(before, list, key, entry)) return [];
      const now = after.get(list)?.get(key);
      if (now === undefined) return [`${list}: ${key} was removed and was there all the time`];
      return entry.rights
        .filter(
          (right) => always.every(({ rights }) => rights.includes(right)) && !now.rights.includes(right),
        )
        .map((right) => `${list}: ${key} lost ${right} and had it all the time`);
    }),
  );
}

/** There, and the same, all the time of a read that counts as complete, and not stored so. @param whole lists read so */
export function misses(states: readonly Lists[], after: Lists, whole: ReadonlySet<string>): string[] {
  const [first] = states;
  return [...(first ?? new Map<string, ReadonlyMap<string, Entry>>())].flatMap(([list, entries]) =>
    [...entries.keys()].flatMap((key) => {
      const always = alwaysIn(states, list, key);
      if (always === undefined || !whole.has(list)) return [];
      const now = after.get(list)?.get(key);
      if (now === undefined) return [`${list}: ${key} was there all the time and is not stored`];
      const [entry] = always;
      const steady = always.every((one) => entry !== undefined && sameEntry(one, entry));
      return !steady || (entry !== undefined && sameEntry(entry, now))
        ? []
        : [`${list}: ${key} is stored otherwise`];
    }),
  );
}

/** The entry in each state of the run; undefined if it was missing in one of them. */
function alwaysIn(states: readonly Lists[], list: string, key: string): Entry[] | undefined {
  const entries = states.map((state) => state.get(list)?.get(key));
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** Directory entries without a right, and not below a unit with one, are only counted: one read closes them. */
function matters(before: Lists, list: string, key: string, { rights }: Entry): boolean {
  if (!list.startsWith('ldap_entity_summary/') || rights.length > 0) return true;
  const unit = before.get(list)?.get(dnKey(HELPDESK));
  return key.startsWith(`${dnKey(HELPDESK)},`) && unit !== undefined && unit.rights.length > 0;
}
