import type { Database } from '../platform/database.js';
import { routingOf } from './alert-routing.js';
import type { AlertsConfig } from './alerts-config.js';
import { tellQuiet } from './all-quiet.store.js';
import { collectDigests } from './digest.store.js';
import { escalate } from './escalation.store.js';
import { tellTroubles } from './source-troubles.store.js';

export interface AlertsParts {
  readonly db: Database;
  readonly alerts: AlertsConfig;
  /** Names of the configured sources. */
  readonly sources: readonly string[];
}

/**
 * Writes every message whose time has come: of sources in trouble, digests, what nobody has acknowledged, the daily word.
 * What fails keeps nothing else from being told.
 */
export async function tellDue(
  { db, alerts, sources }: AlertsParts,
  failed: (what: string, error: unknown) => void,
): Promise<void> {
  const routing = routingOf(alerts);
  const tellings: readonly [what: string, tell: () => Promise<void>][] = [
    ['troubles of sources could not be told', () => tellTroubles(db, sources, routing)],
    ['digests could not be collected', () => collectDigests(db, routing)],
    ['what nobody has acknowledged could not go further', () => escalate(db, routing)],
    // last: it says what has been told
    ['whether all is quiet could not be told', () => tellQuiet(db, sources, alerts.allQuiet, routing)],
  ];
  for (const [what, tell] of tellings) await tell().catch((error: unknown) => failed(what, error));
}
