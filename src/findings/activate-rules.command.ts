import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import type { Database } from '../platform/database.js';
import { activateOnDisk } from './activate-rules.job.js';
import type { JudgeParts } from './judge-due.job.js';

/** @param partsOf what judging stands on, from the configuration; the entries know every room */
export function activateRulesCommand<C>(partsOf: (config: C, db: Database) => JudgeParts): CommandSpec<C> {
  return defineCommand({
    name: 'rules activate',
    summary: 'put the rules that the files and the configuration say in force',
    description:
      'Judging uses the active ruleset, whatever happens to the files meanwhile. This puts what the files say now in force, as a whole: rules, parameters and risk tiers. Every source is judged anew by it. The log of actions says who did it and why.',
    arguments: {},
    options: { reason: { kind: 'text', value: 'R', description: 'why, for the log', required: true } },
    examples: ['rolewatch rules activate --reason "Wipe limit lowered to 3, ticket SEC-114"'],
    async run(context: CommandContext<C>, _args, { reason }) {
      const config = await context.config();
      const { db } = await context.openDatabase();
      const { rulebook } = partsOf(config, db);
      const activation = await activateOnDisk(db, rulebook, { actor: context.actor, reason });
      await context.print(activation, () =>
        activation.activated
          ? `Ruleset ${activation.digest} is in force. Every source is judged by it at the next look; now: rolewatch check`
          : `Ruleset ${activation.digest} was in force already.`,
      );
      return 0;
    },
  });
}
