import type { ReplicaStatus } from './replicas.view.js';
import { type Trouble } from './health.js';
import { skewText } from './clock-skew.js';
import { ageWords } from './status-page.js';
import type { SourceStatus } from './status.view.js';

/** What `rolewatch status` tells. */
export interface StatusReport {
  readonly troubles: readonly Trouble[];
  readonly replicas: readonly ReplicaStatus[];
  readonly sources: readonly SourceStatus[];
}

/** 0: nothing is wrong · 2: something is, with the service or a source. */
export function statusExitCode({ troubles, sources }: StatusReport): 0 | 2 {
  return troubles.length > 0 || sources.some((source) => source.troubles.length > 0) ? 2 : 0;
}

export function statusText({ troubles, replicas, sources }: StatusReport): string {
  return [
    ...troubles.map(({ code, why }) => `! ${code}: ${why}`),
    ...replicas.map(replicaLine),
    ...(sources.length === 0 ? ['No source is known yet.'] : sources.flatMap(sourceLines)),
  ].join('\n');
}

function replicaLine({ id, roles, version, beatSeconds, lookedSeconds, clock }: ReplicaStatus): string {
  const looked = lookedSeconds === null ? '' : `, looked for work ${ageWords(lookedSeconds)} ago`;
  const skew = clock === null ? '' : `; ${skewText(clock)}`;
  return `process ${id} (${roles.join(', ')}; ${version}): heard of ${ageWords(beatSeconds)} ago${looked}${skew}`;
}

function sourceLines(status: SourceStatus): string[] {
  const { source, lastSnapshot, intervalSeconds, reading, nextSlot, troubles } = status;
  const last =
    lastSnapshot === null
      ? 'no snapshot yet'
      : `snapshot ${String(lastSnapshot.seq)}, ${ageWords(lastSnapshot.ageSeconds)} old`;
  const every = intervalSeconds === null ? '' : `, due every ${ageWords(intervalSeconds)}`;
  const next = reading
    ? 'being read now'
    : nextSlot === null
      ? 'not scheduled'
      : `next ${nextSlot.toISOString()}`;
  return [`${source}: ${last}${every}; ${next}`, ...troubles.map(({ code, why }) => `  ! ${code}: ${why}`)];
}
