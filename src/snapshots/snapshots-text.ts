import type { ObservationView, SnapshotView } from './observation.js';

/**
 * One block for each snapshot, newest first, as the terminal shows it.
 * @param scopeWordOf what a source calls its scopes
 */
export function snapshotsText(
  snapshots: readonly SnapshotView[],
  scopeWordOf: (source: string) => string = () => 'space',
): string {
  if (snapshots.length === 0) return 'No snapshot yet.';
  return snapshots.map((one) => snapshotText(one, scopeWordOf(one.source))).join('\n\n');
}

function snapshotText(snapshot: SnapshotView, scopeWord: string): string {
  return [
    `${snapshot.source} ${snapshot.seq}  ${snapshot.recordedAt}${snapshot.beforeHorizon ? '  no longer kept but for digest and root' : ''}`,
    `  digest ${snapshot.digest}`,
    `  root   ${snapshot.root}`,
    ...observationLines(snapshot.observations, scopeWord).map((line) => `  ${line}`),
  ].join('\n');
}

/** The verdict on each list with its proof, a line each, one below the other: what `run`, `snapshots` and the page show. */
export function observationLines(observations: readonly ObservationView[], scopeWord = 'space'): string[] {
  const width = Math.max(0, ...observations.map((one) => listName(one, scopeWord).length));
  return observations.map((observation) => {
    const { verdict, why } = observation;
    const list = `${listName(observation, scopeWord)}:`.padEnd(width + 1);
    return `${verdict.padEnd(8)} ${list} ${proof(observation)}${why === undefined ? '' : ` (${why})`}`;
  });
}

/** `user_summary, space 1`, or `users`: without a scope, which is also written '', a list belongs to the whole source. */
export function listName(
  { stream, scope = '' }: { readonly stream: string; readonly scope?: string },
  scopeWord = 'space',
): string {
  return scope === '' ? stream : `${stream}, ${scopeWord} ${scope}`;
}

function proof({ rows, total, pages, reads, unconfirmed, held }: ObservationView): string {
  return [
    total === undefined ? `${rows} rows` : `${rows} of ${total} rows`,
    `${pages} ${pages === 1 ? 'page' : 'pages'}`,
    `${reads} ${reads === 1 ? 'read' : 'reads'}`,
    ...(unconfirmed > 0 ? [`${unconfirmed} unconfirmed`] : []),
    ...(held > 0 ? [`${held} held`] : []),
  ].join(', ');
}
