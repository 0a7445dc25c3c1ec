/** What is worth telling of a source that gives no snapshot. Pure. */
import type { AlertDraft, AlertKind } from './alert.js';

/** How a source stands since its last snapshot, by the database's clock. */
export interface SourceStanding {
  readonly source: string;
  /** 0 before the first. */
  readonly lastSeq: number;
  readonly snapshotAt: Date | null;
  readonly paused: { readonly at: Date; readonly why: string } | null;
  /** The last attempt, if it failed and nobody interrupted it. */
  readonly failed: { readonly at: Date; readonly why: string } | null;
  /** Scheduled slots since the last snapshot that ended without one. */
  readonly slotsWithout: number;
  /** A slot is due or being read: how it ends is not known yet. */
  readonly open: boolean;
  /** What was told since the last snapshot; of pauses, when they began. */
  readonly told: readonly { readonly kind: AlertKind; readonly at: string | null }[];
}

/** So many intervals without a snapshot are silence. */
const SILENT_AFTER = 2;

/**
 * Whether nothing came for two intervals, and nothing that is under way can still change that; of a source that is
 * always under way, because it hangs, the third slot decides.
 */
export function isSilent({ slotsWithout, open }: Pick<SourceStanding, 'slotsWithout' | 'open'>): boolean {
  return slotsWithout >= (open ? SILENT_AFTER + 1 : SILENT_AFTER);
}

/** Each is told once between two snapshots: the first failure, every pause, and that nothing came for two intervals. */
export function sourceTroubles(standing: SourceStanding): AlertDraft[] {
  const { paused, failed } = standing;
  if (paused !== null) {
    const at = paused.at.toISOString();
    if (standing.told.some((told) => told.kind === 'source-paused' && told.at === at)) return [];
    return [{ kind: 'source-paused', severity: 'high', body: { why: paused.why, at } }];
  }
  const isTold = (kind: AlertKind): boolean => standing.told.some((told) => told.kind === kind);
  return [
    ...(failed !== null && !isTold('run-failed')
      ? [
          {
            kind: 'run-failed',
            severity: 'high',
            body: { why: failed.why, at: failed.at.toISOString() },
          } as const,
        ]
      : []),
    ...(isSilent(standing) && !isTold('source-silent')
      ? [{ kind: 'source-silent', severity: 'critical', body: silence(standing) } as const]
      : []),
  ];
}

function silence({ snapshotAt, slotsWithout, failed }: SourceStanding): AlertDraft['body'] {
  const last = failed === null ? '' : `; the last attempt: ${failed.why}`;
  const since =
    snapshotAt === null ? 'there never was a snapshot' : `no snapshot since ${snapshotAt.toISOString()}`;
  return {
    why: `${since}, ${slotsWithout} scheduled slots ended without one${last}`,
    count: slotsWithout,
    ...(snapshotAt && { at: snapshotAt.toISOString() }),
  };
}
