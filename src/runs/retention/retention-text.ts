import { oneLine } from '../../platform/visible.js';
import type { RetentionOutlook, RetentionRunView } from './retention.view.js';

const days = (n: number | null): string => (n === null ? 'forever' : `${String(n)} days`);

export function outlookText({ source, kinds, held, next }: RetentionOutlook): string {
  return [
    source === '*' ? 'store' : source,
    ...kinds.map(
      ({ kind, configured, inForce, horizon, since }) =>
        `  ${kind.padEnd(13)}${days(configured)}${configured === inForce ? '' : ` (counted today: ${days(inForce)})`}` +
        (since !== undefined
          ? `, kept since ${since}`
          : horizon === null
            ? ', all are kept'
            : `, kept from snapshot ${String(horizon)} on`),
    ),
    ...held.map(({ reason, actor, since }) =>
      oneLine(`  on legal hold since ${since} by ${actor}: ${reason}`),
    ),
    `  the next run would delete ${rowsText(next)}`,
  ].join('\n');
}

export function runsText(runs: readonly RetentionRunView[]): string {
  if (runs.length === 0) return 'Retention has not run yet: `rolewatch serve` runs it every night.';
  return runs.map(runText).join('\n');
}

function runText({
  source,
  startedAt,
  night,
  endedAt,
  horizonAfter,
  removed,
  why,
  error,
}: RetentionRunView): string {
  const what = [
    ...(endedAt === undefined ? ['not ended'] : []),
    ...(error === undefined ? [] : [`failed: ${error}`]),
    ...(why === undefined ? [] : [why]),
    `deleted ${rowsText(removed)}`,
    ...(horizonAfter === undefined ? [] : [`kept from snapshot ${String(horizonAfter)} on`]),
  ].join(', ');
  return oneLine(
    `${source === '*' ? 'store' : source} ${startedAt}${night === undefined ? ' (asked for)' : ''}  ${what}`,
  );
}

function rowsText(rows: Readonly<Record<string, number>>): string {
  const parts = Object.entries(rows).map(([table, n]) => `${String(n)} of ${table}`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
