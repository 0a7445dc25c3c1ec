import { writeFindingAlerts } from './alerts/alert.store.js';
import { routingOf } from './alerts/alert-routing.js';
import { openedFindings } from './alerts/opened-findings.js';
import type { Config } from './config.js';
import type { JudgeParts } from './findings/judge-due.job.js';
import { statedWaivers } from './findings/waiver-file.view.js';
import type { Database } from './platform/database.js';
import { type AccountOfSource, ownAccountOf } from './sources/source-config.js';
import { rulebookOf } from './rulebook.js';

/** What judging stands on, as configured: which rules, which waivers, and which accounts are our own. */
export function judgePartsOf(
  { sources, rules, alerts }: Pick<Config, 'sources' | 'rules' | 'alerts'>,
  db: Database,
): JudgeParts {
  const routing = routingOf(alerts);
  return {
    db,
    rulebook: rulebookOf(rules),
    told: (tx, told) =>
      writeFindingAlerts(tx, { source: told.source, seq: told.seq, opened: openedFindings(told) }, routing),
    waivers: () => statedWaivers(rules.waivers, new Date()),
    accountOf(name) {
      const source = sources.find((one) => one.name === name);
      const account: (AccountOfSource & { readonly name: string }) | undefined = source;
      return account === undefined ? undefined : ownAccountOf(account);
    },
  };
}
