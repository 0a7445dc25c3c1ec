import { type JudgementSummary, judgementText } from './judgement-summary.js';
import type { AlertView } from '../alerts/alert-view.js';
import { alertsText } from '../alerts/alerts-text.js';
import type { ObservationView, SnapshotView } from '../snapshots/observation.js';
import { releaseCommand } from '../snapshots/release.js';
import { listName, observationLines } from '../snapshots/snapshots-text.js';

/** What `run` says of one source. */
export interface RunSummary {
  readonly source: string;
  readonly outcome: 'published' | 'failed' | 'fenced';
  readonly why?: string;
  readonly snapshot?: SnapshotView;
  readonly alerts?: readonly AlertView[];
  readonly driftText?: string;
  readonly judgement?: JudgementSummary;
}

/** 0: complete · 2: published, but in part, or with something held · 1: nothing was published. */
export function exitCodeOf(run: RunSummary): 0 | 1 | 2 {
  if (run.outcome !== 'published') return 1;
  const lists = run.snapshot?.observations ?? [];
  return lists.some(({ verdict, held }) => verdict !== 'complete' || held > 0) ? 2 : 0;
}

/** The worst of several: nothing published, then partial, then complete. */
export function worstExitCode(codes: readonly (0 | 1 | 2)[]): 0 | 1 | 2 {
  if (codes.includes(1)) return 1;
  return codes.includes(2) ? 2 : 0;
}

/** What is held in a snapshot, each with the command that releases it. */
export function heldIn(run: RunSummary): { readonly list: ObservationView; readonly release: string }[] {
  return (run.snapshot?.observations ?? [])
    .filter(({ held }) => held > 0)
    .map((list) => ({
      list,
      release: releaseCommand(run.source, { ...list, scope: list.scope ?? '', why: list.why ?? null }),
    }));
}

/** @param scopeWord what the source calls its scopes */
export function runText(run: RunSummary, scopeWord = 'space'): string {
  const { source, outcome, why, snapshot, driftText, judgement } = run;
  if (snapshot === undefined) return `${source}: ${outcome}${why === undefined ? '' : `: ${why}`}`;
  return [
    `${source}: snapshot ${snapshot.seq} of ${snapshot.recordedAt}, digest ${snapshot.digest}`,
    ...observationLines(snapshot.observations, scopeWord).map((line) => `  ${line}`),
    ...(driftText === undefined
      ? ['', 'First snapshot: nothing to compare it with. What there is: rolewatch access ' + source]
      : ['', driftText]),
    ...alertsText(run.alerts ?? []),
    ...heldText(heldIn(run), scopeWord),
    ...(judgement === undefined ? [] : ['', judgementText(source, judgement)]),
  ].join('\n');
}

function heldText(
  held: readonly { readonly list: ObservationView; readonly release: string }[],
  scopeWord: string,
): string[] {
  return held.flatMap(({ list, release }) => [
    '',
    `Held: ${list.held} in ${listName(list, scopeWord)}${list.why === undefined ? '' : `: ${list.why}`}`,
    `  if they are really gone: ${release}`,
  ]);
}
