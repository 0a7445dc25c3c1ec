import type { AlertsConfig, HookForm, RecipientConfig, Route } from './alerts-config.js';
import type { EscalationConfig } from './telling-config.js';

/** What writing alerts needs to know of the configuration. */
export interface AlertRouting {
  readonly routes: readonly Route[];
  readonly recipients?: readonly RecipientConfig[];
  readonly escalation?: EscalationConfig | null;
  /** What hooks are posted that do not take signed JSON, by their names. */
  readonly forms?: ReadonlyMap<string, HookForm>;
  /** What message ids end with: the domain that mail is sent from. */
  readonly idDomain: string;
}

/** Names nobody's domain (RFC 2606): where no mail is sent. */
const NO_DOMAIN = 'rolewatch.invalid';

export function routingOf({ smtp, hooks, routes, recipients = [], escalation }: AlertsConfig): AlertRouting {
  const domain = smtp?.from.address.split('@').at(-1);
  const forms = new Map(hooks.map(({ name, form = 'signed' }) => [name, form]));
  return { routes, recipients, escalation: escalation ?? null, forms, idDomain: domain ?? NO_DOMAIN };
}

export const NO_ROUTING: AlertRouting = { routes: [], idDomain: NO_DOMAIN };
