/** What is wrong with a source, in one word each and in a sentence. Pure. */
import { isSilent } from '../alerts/source-troubles.js';

export const SOURCE_TROUBLES = ['paused', 'silent', 'failing', 'held', 'retention-failing'] as const;

export interface SourceTrouble {
  readonly code: (typeof SOURCE_TROUBLES)[number];
  readonly why: string;
}

export interface SourceFacts {
  readonly paused: { readonly since: Date; readonly why: string } | null;
  readonly snapshotAt: Date | null;
  /** Scheduled slots since the last snapshot that ended without one. */
  readonly slotsWithout: number;
  readonly open: boolean;
  readonly failedInRow: number;
  readonly lastFailure: string | null;
  /** Records whose closing is held. */
  readonly held: number;
}

/** A paused source is not also called silent: that nothing comes of it is what a pause is. */
export function sourceHealth(facts: SourceFacts): SourceTrouble[] {
  const { paused, failedInRow, lastFailure, held } = facts;
  const since = facts.snapshotAt === null ? 'ever' : `since ${facts.snapshotAt.toISOString()}`;
  return [
    ...(paused === null ? [] : [is('paused', `since ${paused.since.toISOString()}: ${paused.why}`)]),
    ...(paused === null && isSilent(facts)
      ? [
          is(
            'silent',
            `no snapshot ${since}: ${String(facts.slotsWithout)} scheduled slots ended without one`,
          ),
        ]
      : []),
    ...(failedInRow > 0
      ? [is('failing', `${String(failedInRow)} in a row, the last: ${lastFailure ?? 'no reason given'}`)]
      : []),
    ...(held > 0 ? [is('held', `${String(held)} records that are gone wait for a person's word`)] : []),
  ];
}

const is = (code: SourceTrouble['code'], why: string): SourceTrouble => ({ code, why });

/** What is told of retention stands beside what is told of reading. @param troubles by source */
export function withRetention<
  S extends { readonly source: string; readonly troubles: readonly SourceTrouble[] },
>(statuses: readonly S[], troubles: ReadonlyMap<string, string>): S[] {
  return statuses.map((status) => {
    const why = troubles.get(status.source);
    return why === undefined
      ? status
      : { ...status, troubles: [...status.troubles, is('retention-failing', why)] };
  });
}
