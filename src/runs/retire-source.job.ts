import { canonicalBytes, sha256 } from '../platform/canonical.js';
import type { SiteRisks } from '../rules/risk-tiers.js';
import { riskTiersOf } from '../rules/risk-tiers.view.js';
import { watchedScopes } from '../snapshots/scopes.view.js';
import { productOf } from '../sources/source-config.js';
import { type PublishParts, publishRun } from './publish-run.job.js';

/** With what the site thinks of risks. */
export interface RetireParts extends PublishParts {
  readonly risk: SiteRisks;
}

/** Lists that belong to the whole source close with it too. */
const WHOLE_SOURCE = '';

/**
 * Closes what is known of a source that the configuration no longer names: one last snapshot, without reading, whose
 * changes have the cause configuration. The history stays. A source that comes back begins with a first read.
 * @returns the seq of that snapshot
 */
async function retireSource(parts: RetireParts, source: RetiringSource): Promise<number> {
  const { db, slots } = parts;
  const tiers = await riskTiersOf(productOf(source.kind), parts.risk);
  const claim = await slots.claimManual(source.name, { evenIfPaused: true });
  const scopes = [...(await watchedScopes(db, source.name)), WHOLE_SOURCE];
  const seq = await publishRun(parts, claim, tiers, {
    facts: {
      kind: source.kind,
      statedBy: 'rolewatch',
      serverVersion: null,
      apiVersion: null,
      configDigest: sha256(canonicalBytes(null)).toString('hex'),
      tiersDigest: tiers.digest,
      simulated: false,
    },
    readings: [],
    leftScopes: scopes.map((scope) => ({ scope, by: 'configuration' as const })),
    observedAt: claim.dueAt,
  });
  await db.query('UPDATE source SET retired_seq = $2 WHERE name = $1', [source.name, seq]);
  return seq;
}

interface RetiringSource {
  readonly name: string;
  readonly kind: string;
}

/**
 * Retires what no configuration names any more.
 * @param asked a person asked for everything that is configured: then nothing is waited for. Else a source stays while
 *   a slot of it is open or has ended within the hour: with several processes and configurations, what this one does
 *   not know may be another's
 */
export async function retireUnconfigured(
  parts: RetireParts,
  configured: readonly string[],
  asked: boolean,
): Promise<string[]> {
  const sources = await parts.db.query<RetiringSource>(
    `SELECT s.name, s.kind FROM source s
      WHERE s.name <> ALL ($1) AND s.last_seq > 0 AND s.retired_seq IS NULL
        AND NOT EXISTS (SELECT FROM slot WHERE source = s.name AND state = 'leased' AND lease_until > clock_timestamp())
        AND ($2 OR NOT EXISTS (SELECT FROM slot WHERE source = s.name
                                  AND (state = 'due' OR ended_at > clock_timestamp() - interval '1 hour')))
      ORDER BY s.name`,
    [configured, asked],
  );
  for (const source of sources) await retireSource(parts, source);
  return sources.map(({ name }) => name);
}
