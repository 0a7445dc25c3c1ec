import { compareTiers } from '../access/risk.js';
import type { Severity } from '../rules/verdicts.js';
import { type AlertBody, isAtLeast, type AlertKind } from './alert.js';
import type { Route } from './alerts-config.js';

/** Somebody or something that gets messages. */
export interface Recipient {
  readonly channel: 'mail' | 'hook';
  /** An address, or the name of a hook. */
  readonly recipient: string;
}

/** What routes ask about an alert. */
export interface Routable {
  readonly no: number;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly body: AlertBody;
}

/** What one recipient gets of one snapshot. */
export interface Share extends Recipient {
  /** Numbers of the alerts, ascending. */
  readonly nos: readonly number[];
}

/** The alerts by recipient: whoever several routes lead to gets each alert once. */
export function sharesOf(routes: readonly Route[], source: string, alerts: readonly Routable[]): Share[] {
  const shares = new Map<string, { to: Recipient; nos: Set<number> }>();
  for (const alert of alerts) {
    for (const to of routes.filter((route) => matches(route, source, alert)).flatMap(recipientsOf)) {
      // domains of mail addresses know no case; what stands before may, but never does
      const key = JSON.stringify([to.channel, to.recipient.toLowerCase()]);
      const share = shares.get(key) ?? { to, nos: new Set<number>() };
      shares.set(key, share);
      share.nos.add(alert.no);
    }
  }
  return [...shares.values()].map(({ to, nos }) => ({ ...to, nos: [...nos].sort((a, b) => a - b) }));
}

function matches({ severity, sources, scopes, kinds }: Route, source: string, alert: Routable): boolean {
  return (
    isAtLeast(alert.severity, severity) &&
    (sources === null || sources.includes(source)) &&
    (kinds === null || kinds.includes(alert.kind)) &&
    (scopes === null || isAbout(alert.body, scopes))
  );
}

/** An alert that names no scope concerns all of them. */
function isAbout({ scopes = [], holders = [], finding }: AlertBody, wanted: readonly string[]): boolean {
  const named = [
    ...scopes,
    ...holders.map(({ scope }) => scope),
    ...(finding?.because ?? []).flatMap(({ scope }) => (scope === undefined ? [] : [scope])),
  ];
  return named.length === 0 || named.some((scope) => wanted.includes(scope));
}

export function recipientsOf({ to, hook }: Route): Recipient[] {
  return [
    ...to.map((recipient): Recipient => ({ channel: 'mail', recipient })),
    ...(hook === null ? [] : [{ channel: 'hook', recipient: hook } as const]),
  ];
}

/** The least severity that anybody wants to hear of, and never above high: that much is always written down. */
export function leastTold(routes: readonly Route[]): Severity {
  return routes
    .map(({ severity }) => severity)
    .reduce<Severity>((least, severity) => (compareTiers(severity, least) > 0 ? severity : least), 'high');
}
