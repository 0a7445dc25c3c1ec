import type { AlertsConfig, Route } from './alerts-config.js';

/** What writing alerts needs to know of the configuration. */
export interface AlertRouting {
  readonly routes: readonly Route[];
  /** What message ids end with: the domain that mail is sent from. */
  readonly idDomain: string;
}

/** Names nobody's domain (RFC 2606): where no mail is sent. */
const NO_DOMAIN = 'rolewatch.invalid';

export function routingOf({ smtp, routes }: AlertsConfig): AlertRouting {
  const domain = smtp?.from.address.split('@').at(-1);
  return { routes, idDomain: domain ?? NO_DOMAIN };
}

export const NO_ROUTING: AlertRouting = { routes: [], idDomain: NO_DOMAIN };
