import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { replicaTroubles, schemaTroubles, storeTroubles } from './health.js';
import { replicasOf } from './replicas.view.js';
import { FOR_EVER, type RetentionConfig } from './retention/retention-config.js';
import { retentionTroubles } from './retention/retention-watch.job.js';
import { schemaStanding } from './schema-standing.view.js';
import { withRetention } from './source-health.js';
import { statusExitCode, statusText } from './status-text.js';
import { statusOfSources } from './status.view.js';

interface WithRetention {
  readonly retention: RetentionConfig;
}

export const statusCommand: CommandSpec<WithRetention> = defineCommand({
  name: 'status',
  summary: 'how the service and its sources are doing, and why',
  description:
    'Shows what /health shows: which processes of the service are there, when they last looked for work, whether their clocks agree with the database, and of each source the last snapshot beside its interval, and whether it is paused, silent, failing, has something held, or its retention fails. Exit code 0: nothing is wrong; 2: something is; 1: it could not be told.',
  arguments: { source: { description: 'only this source' } },
  options: {},
  examples: ['rolewatch status', 'rolewatch status hq --json'],
  async run(context: CommandContext<WithRetention>, args) {
    // where somebody holds a lock, whoever asks wants to hear that, and not to wait
    const { quick: db } = (await context.openDatabase()).db;
    if (args.source !== undefined) await knownSource(db, args.source);
    const replicas = await replicasOf(db);
    // how things are doing is told although the configuration cannot be read
    const config = await context.config().catch(() => ({ retention: FOR_EVER }));
    const retention = await retentionTroubles(db, config.retention);
    const all = withRetention(await statusOfSources(db), retention);
    const report = {
      troubles: [
        ...schemaTroubles(await schemaStanding(db)),
        ...replicaTroubles(replicas),
        ...storeTroubles(retention),
      ],
      replicas,
      sources: all.filter(({ source }) => args.source === undefined || source === args.source),
    };
    await context.print(report, () => statusText(report));
    return statusExitCode(report);
  },
});
