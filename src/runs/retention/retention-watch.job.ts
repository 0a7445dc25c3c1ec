import type { AlertRouting } from '../../alerts/alert-routing.js';
import { insertAlerts, lockAlerts } from '../../alerts/alert.store.js';
import type { Database } from '../../platform/database.js';
import type { Log } from '../../platform/log.js';
import type { Sql } from '../../platform/tx.js';
import { EVERY_SOURCE } from '../../snapshots/legal-holds.view.js';
import { keptOf, type RetentionConfig } from './retention-config.js';
import { isRetentionTold, retentionStandings, type TellableStanding } from './retention-standing.view.js';
import { retentionTrouble } from './retention-trouble.js';

/** What is wrong with retention, by source; `*`: with that of the store as a whole. */
export async function retentionTroubles(
  sql: Sql,
  config: RetentionConfig,
): Promise<ReadonlyMap<string, string>> {
  const standings = await retentionStandings(sql);
  return new Map(
    standings.flatMap((standing) => {
      const why = troubleOf(standing, config);
      return why === null ? [] : [[standing.source, why] as const];
    }),
  );
}

function troubleOf(standing: TellableStanding, config: RetentionConfig): string | null {
  const configured = Object.values(keptFor(standing.source, config)).some((days) => days !== null);
  return retentionTrouble(standing, standing.stated || configured);
}

function keptFor(source: string, config: RetentionConfig) {
  const { versions, observations, messages, log } = keptOf(config, source);
  return source === EVERY_SOURCE ? { messages, log } : { versions, observations, messages, log };
}

/** Tells people that retention fails, or does not happen. Apart from its runs: one that hangs has to be noticed, too. */
export class RetentionWatch {
  constructor(
    private readonly db: Database,
    readonly config: RetentionConfig,
    private readonly sources: readonly string[],
    private readonly routing: AlertRouting,
    private readonly log: Pick<Log, 'error'>,
  ) {}

  /** Writes what is to be told, once until retention works again. Any process may look. Never rejects. */
  async beat(): Promise<void> {
    await this.tell().catch((error: unknown) => {
      this.log.error('troubles of retention could not be told', { error });
    });
  }

  private async tell(): Promise<void> {
    const { quick } = this.db;
    for (const standing of await retentionStandings(quick, this.sources)) {
      if (troubleOf(standing, this.config) === null || (await isRetentionTold(quick, standing))) continue;
      await quick.transaction(async (tx) => {
        await lockAlerts(tx, standing.about);
        const again = await retentionStandings(tx, this.sources);
        const now = again.find(({ source }) => source === standing.source);
        const why = now === undefined ? null : troubleOf(now, this.config);
        if (now === undefined || why === null || (await isRetentionTold(tx, now))) return;
        const { about, lastSeq, source, lastGood } = now;
        const body = {
          why,
          ...(lastGood && { at: lastGood.toISOString() }),
          ...(source === EVERY_SOURCE && { store: true as const }),
        };
        const alert = { kind: 'retention-failing', severity: 'high', body } as const;
        await insertAlerts(tx, { source: about, seq: lastSeq, alerts: [alert] }, this.routing);
      });
    }
  }
}
