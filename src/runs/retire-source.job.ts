import type { RiskTiers } from '../access/risk.js';
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import { messageOf, RolewatchError } from '../platform/errors.js';
import type { SiteRisks } from '../rules/risk-tiers.js';
import { riskTiersOf } from '../rules/risk-tiers.view.js';
import { watchedScopes } from '../snapshots/scopes.view.js';
import { productOf } from '../sources/source-config.js';
import type { Claim } from './claim.js';
import { type PublishParts, publishRun } from './publish-run.job.js';

/** With what the site thinks of risks. */
export interface RetireParts extends PublishParts {
  readonly risk: SiteRisks;
}

const GRACE = `interval '1 hour'`;

/** Lists that belong to the whole source close with it too. */
const WHOLE_SOURCE = '';

/**
 * Closes what is known of a source that the configuration no longer names: one last snapshot, without reading, whose
 * changes have the cause configuration. The history stays. A source that comes back begins with a first read.
 * @returns the seq of that snapshot
 */
async function retireSource(parts: RetireParts, source: RetiringSource): Promise<number> {
  const { slots } = parts;
  const tiers = await riskTiersOf(productOf(source.kind), parts.risk);
  const claim = await slots.claimManual(source.name, { toRetire: true });
  try {
    return await publishLast(parts, claim, source, tiers);
  } catch (error) {
    await slots.fail(claim, `it could not be retired: ${messageOf(error)}`).catch(() => undefined);
    throw error;
  }
}

async function publishLast(
  parts: RetireParts,
  claim: Claim,
  source: RetiringSource,
  tiers: RiskTiers,
): Promise<number> {
  const scopes = [...(await watchedScopes(parts.db, source.name)), WHOLE_SOURCE];
  return publishRun(parts, claim, tiers, {
    retires: true,
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
}

interface RetiringSource {
  readonly name: string;
  readonly kind: string;
}

/**
 * Retires what no configuration names any more.
 * @param asked a person asked for everything that is configured: then nothing is waited for. Else a source stays as
 *   long as a process that is configured for it was there within the hour, or has ended a slot of it, or could still be
 *   one that does not tell: with several processes and configurations, what this one does not know may be another's
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
        AND ($2 OR (
              NOT EXISTS (SELECT FROM replica WHERE s.name = ANY (sources) AND beat_at > clock_timestamp() - ${GRACE})
          AND NOT EXISTS (SELECT FROM slot WHERE source = s.name AND ended_at > clock_timestamp() - ${GRACE})
          AND (EXISTS (SELECT FROM replica WHERE s.name = ANY (sources))
               OR NOT EXISTS (SELECT FROM slot WHERE source = s.name AND state = 'due'))))
      ORDER BY s.name`,
    [configured, asked],
  );
  const retired: string[] = [];
  for (const source of sources) {
    try {
      await retireSource(parts, source);
      retired.push(source.name);
    } catch (error) {
      // somebody else reads or retires it this moment
      if (!(error instanceof RolewatchError) || !['source-busy', 'refused'].includes(error.code)) throw error;
    }
  }
  return retired;
}
