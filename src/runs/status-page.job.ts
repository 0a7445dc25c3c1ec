import { riskOfChange } from '../drift/drift-risk.js';
import { driftText } from '../drift/drift-text.js';
import { driftBetween } from '../drift/drift.view.js';
import type { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import type { SiteRisks } from '../rules/risk-tiers.js';
import { riskTiersOf } from '../rules/risk-tiers.view.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { snapshotsOf } from '../snapshots/snapshots.view.js';
import { productOf } from '../sources/source-config.js';
import type { Health } from './health.job.js';
import { type SourceReport, statusPage } from './status-page.js';

/** Gathers what the page shows: few sources, a few queries each. */
export class StatusPageJob {
  constructor(
    private readonly db: Database,
    private readonly health: Health,
    private readonly risk: SiteRisks,
  ) {}

  /** What of it an actor may see. */
  async render(actor: Pick<Actor, 'sources'>): Promise<string> {
    const reports: SourceReport[] = [];
    for (const status of await this.health.sources()) {
      if (!maySee(actor, status.source)) continue;
      const [latest] = await snapshotsOf(this.db, status.source, { limit: 1 });
      const drift = await this.drift(status.source, latest?.seq ?? 0);
      reports.push({ status, observations: latest?.observations ?? [], drift });
    }
    return statusPage(reports);
  }

  private async drift(source: string, latest: number): Promise<string> {
    if (latest === 0) return 'nothing was read yet';
    if (latest === 1) return 'read for the first time: there is nothing to compare it with yet';
    const tiers = await riskTiersOf(productOf((await knownSource(this.db, source)).kind), this.risk);
    return driftText(await driftBetween(this.db, source), (change) => riskOfChange(change, tiers));
  }
}
