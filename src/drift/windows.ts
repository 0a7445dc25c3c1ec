import { compareKeys, compareText } from './collect.js';
import { type Facts, type IdentityId, type List, type Reading, sameList } from './facts.js';
import type { Window } from './told.js';

const compareLists = (a: List, b: List): number =>
  compareText(a.stream, b.stream) || compareKeys(a.scope, b.scope);

const keyOf = (list: List): string => JSON.stringify([list.stream, list.scope]);

/** Answers, for one pair of snapshots, when lists were read and whether what they state may be told. */
export class Readings {
  private readonly byList: ReadonlyMap<string, Reading>;

  constructor(private readonly facts: Facts) {
    this.byList = new Map(facts.readings.map((reading) => [keyOf(reading.list), reading]));
  }

  /** False for a first read: what it states is there, but nothing is told from it. */
  isKnown(list: List): boolean {
    return this.byList.get(keyOf(list))?.known ?? false;
  }

  /** Of the lists that stated a change, the one whose reads bound it: that of the scope itself, if it is among them. */
  deciding(lists: readonly List[], inScope?: string): List | undefined {
    const known = lists.filter((list) => this.isKnown(list)).sort(compareLists);
    return known.find((list) => list.scope === inScope) ?? known[0];
  }

  /** @param closing the identity whose record the list no longer has, if it is about that */
  windowOf(list: List, closing?: IdentityId): Window {
    const reading = this.byList.get(keyOf(list));
    const held = this.facts.held.find((fact) => fact.identity === closing && sameList(fact.list, list));
    const { provenFrom, provenBy } = held ?? reading ?? { provenFrom: null, provenBy: null };
    const statedBy = [provenFrom ? provenBy : null, reading?.statedBy ?? null];
    return {
      ...(provenFrom && { notSeenAt: provenFrom }),
      seenAt: reading?.readTo ?? this.facts.recordedAt,
      statedBy: [...new Set(statedBy.filter((name) => name !== null))],
    };
  }

  /**
   * For what ended because a scope is no longer watched: the last read, and the moment of the snapshot.
   * @param lists of which the first that there is decides
   */
  windowOfLeaving(lists: readonly List[]): Window {
    const list = lists.find((one) => this.byList.has(keyOf(one))) ?? lists[0];
    const { notSeenAt, statedBy } = list ? this.windowOf(list) : { notSeenAt: undefined, statedBy: [] };
    return { ...(notSeenAt && { notSeenAt }), seenAt: this.facts.recordedAt, statedBy };
  }
}
