import { oneLine } from '../platform/visible.js';
import type { AlertView } from './alert-view.js';
import { headline, holderLines, othersHolding } from './message/alert-words.js';

/** Alerts as lines for a terminal; what is held is said elsewhere, with the command that releases it. */
export function alertsText(alerts: readonly AlertView[]): string[] {
  const short = alerts.filter(({ kind }) => kind !== 'list-held' && !LONG.has(kind));
  return [
    ...alerts.flatMap(longText),
    ...(short.length > 0 ? ['', 'Worth telling:'] : []),
    ...short.map((alert) => oneLine(`  [${alert.severity}] ${headline(alert)}`)),
  ];
}

const LONG: ReadonlySet<AlertView['kind']> = new Set([
  'first-read',
  'last-holder-lost',
  'built-in-holds-role',
]);

function longText(alert: AlertView): string[] {
  const { kind, holders = [], permission = '' } = alert;
  const lines = [...holderLines(holders), ...othersHolding(alert)].map((line) => oneLine(`  ${line}`));
  if (kind === 'first-read') return ['', 'Read for the first time. Who holds high-risk rights:', ...lines];
  if (kind === 'last-holder-lost')
    return ['', oneLine(`[critical] Nobody holds "${permission}" any more: a lock-out, or somebody's plan?`)];
  if (kind === 'built-in-holds-role')
    return ['', '[critical] A built-in account holds a role, which it never should:', ...lines];
  return [];
}
