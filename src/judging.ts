import type { Config } from './config.js';
import type { JudgeParts } from './findings/judge-due.job.js';
import { statedWaivers } from './findings/waiver-file.view.js';
import type { Database } from './platform/database.js';
import { type AccountOfSource, ownAccountOf } from './sources/source-config.js';
import { rulebookOf } from './rulebook.js';

/** What judging stands on, as configured: which rules, which waivers, and which accounts are our own. */
export function judgePartsOf(
  { sources, rules }: Pick<Config, 'sources' | 'rules'>,
  db: Database,
): JudgeParts {
  return {
    db,
    rulebook: rulebookOf(rules),
    waivers: () => statedWaivers(rules.waivers, new Date()),
    accountOf(name) {
      const source = sources.find((one) => one.name === name);
      const account: (AccountOfSource & { readonly name: string }) | undefined = source;
      return account === undefined ? undefined : ownAccountOf(account);
    },
  };
}
