import { compareTiers } from '../access/risk.js';
import type { Schedule } from '../platform/slots.js';
import type { Severity } from '../rules/verdicts.js';
import { type AlertBody, isAtLeast, type AlertKind } from './alert.js';
import type { AlertRouting } from './alert-routing.js';
import type { RecipientConfig, Route } from './alerts-config.js';
import type { Digest } from './digest-config.js';
import { namesRule } from './rule-pattern.js';
import type { Addressees, EscalationConfig } from './telling-config.js';

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
  /** Ids and names of the roles that its subject holds or gained; asked only where a route names roles. */
  readonly roles?: readonly string[];
}

/** When a message leaves: as soon as nothing is added to it any more, with a digest, or unless somebody acknowledges. */
export type Leaving =
  | { readonly when: 'at-once' }
  | { readonly when: 'digest'; readonly schedule: Schedule }
  | { readonly when: 'unacknowledged'; readonly step: number; readonly afterMs: number };

const AT_ONCE: Leaving = { when: 'at-once' };

/** What one recipient gets of one snapshot, and when. */
export interface Share extends Recipient {
  readonly leaving: Leaving;
  /** Numbers of the alerts, ascending. */
  readonly nos: readonly number[];
}

/** The alerts by recipient: whoever several routes lead to gets each alert once, by the one that tells soonest. */
export function sharesOf(
  { routes, recipients = [] }: Pick<AlertRouting, 'routes' | 'recipients'>,
  source: string,
  alerts: readonly Routable[],
): Share[] {
  return byRecipient(
    alerts.flatMap((alert) => {
      const soonest = new Map<string, Leading>();
      for (const leading of leadingsOf(routes, recipients, source, alert)) {
        const known = soonest.get(keyOf(leading.to));
        if (known === undefined || rank(leading.leaving) < rank(known.leaving))
          soonest.set(keyOf(leading.to), leading);
      }
      return [...soonest.values()];
    }),
  );
}

/** To whom each alert goes further that nobody acknowledges, step by step. */
export function escalationsOf(
  escalation: EscalationConfig | null | undefined,
  alerts: readonly Routable[],
): Share[] {
  const { severity, steps } = escalation ?? { severity: 'critical', steps: [] };
  const bad = alerts.filter((alert) => isAtLeast(alert.severity, severity));
  return byRecipient(
    steps.flatMap((step, i) => {
      const leaving: Leaving = { when: 'unacknowledged', step: i + 1, afterMs: step.afterMinutes * 60_000 };
      return bad.flatMap(({ no }) => recipientsOf(step).map((to) => ({ to, leaving, no })));
    }),
  );
}

interface Leading {
  readonly to: Recipient;
  readonly leaving: Leaving;
  readonly no: number;
}

function leadingsOf(
  routes: readonly Route[],
  recipients: readonly RecipientConfig[],
  source: string,
  alert: Routable,
): Leading[] {
  return taking(routes, source, alert).flatMap((route) =>
    recipientsOf(route).map((to) => {
      const own = recipients.find(({ address }) => to.channel === 'mail' && same(address, to.recipient));
      return { to, no: alert.no, leaving: leavingBy(route.digest ?? own?.digest, alert.severity) };
    }),
  );
}

/**
 * What is about the store as a whole is no source's matter: whoever asks for all sources hears of it, and only where
 * nobody does, those who ask for some.
 */
function taking(routes: readonly Route[], source: string, alert: Routable): readonly Route[] {
  const asking = routes.filter((route) => matches(route, alert));
  if (!alert.body.store) return asking.filter(({ sources }) => sources === null || sources.includes(source));
  const ofAll = asking.filter(({ sources }) => sources === null);
  return ofAll.length > 0 ? ofAll : asking;
}

function leavingBy(digest: Digest | undefined, severity: Severity): Leaving {
  if (digest === undefined) return AT_ONCE;
  if (digest.atOnce !== null && isAtLeast(severity, digest.atOnce)) return AT_ONCE;
  return { when: 'digest', schedule: digest.schedule };
}

/** At once before daily, daily before weekly; of two alike the route that is written first. */
function rank(leaving: Leaving): number {
  if (leaving.when !== 'digest') return 0;
  return leaving.schedule.expression.endsWith('*') ? 1 : 2;
}

function byRecipient(leadings: readonly Leading[]): Share[] {
  const shares = new Map<string, Leading & { readonly nos: Set<number> }>();
  for (const leading of leadings) {
    const key = JSON.stringify([keyOf(leading.to), leading.leaving]);
    const share = shares.get(key) ?? { ...leading, nos: new Set<number>() };
    shares.set(key, share);
    share.nos.add(leading.no);
  }
  return [...shares.values()].map(({ to, leaving, nos }) => ({
    ...to,
    leaving,
    nos: [...nos].sort((a, b) => a - b),
  }));
}

/** Domains of mail addresses know no case; what stands before may, but never does. */
const keyOf = ({ channel, recipient }: Recipient): string =>
  JSON.stringify([channel, recipient.toLowerCase()]);
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whatever source it is of. */
function matches(route: Route, alert: Routable): boolean {
  const { severity, scopes, kinds, rules, roles } = route;
  return (
    isAtLeast(alert.severity, severity) &&
    (kinds === null || kinds.includes(alert.kind)) &&
    (scopes === null || isAbout(alert.body, scopes)) &&
    (!rules || breaks(alert.body, rules)) &&
    (!roles || (alert.roles ?? []).some((role) => roles.includes(role)))
  );
}

/** What is no finding breaks no rule. */
function breaks({ finding }: AlertBody, rules: readonly string[]): boolean {
  return finding !== undefined && rules.some((pattern) => namesRule(pattern, finding.rule));
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

export function recipientsOf({ to, hook }: Addressees): Recipient[] {
  return [
    ...to.map((recipient): Recipient => ({ channel: 'mail', recipient })),
    ...(hook === null ? [] : [{ channel: 'hook', recipient: hook } as const]),
  ];
}

/** The least severity that anybody wants to hear of, and never above high: that much is always written down. */
export function leastTold(routes: readonly Pick<Route, 'severity'>[]): Severity {
  return routes
    .map(({ severity }) => severity)
    .reduce<Severity>((least, severity) => (compareTiers(severity, least) > 0 ? severity : least), 'high');
}
