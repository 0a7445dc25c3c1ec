import { type CommandContext, type CommandSpec, defineCommand } from '../../platform/command/command.js';
import { RolewatchError } from '../../platform/errors.js';
import { knownSource } from '../../snapshots/known-source.view.js';
import { Retain, type Retained } from './retain.job.js';
import type { RetentionConfig } from './retention-config.js';
import { outlookText, runsText } from './retention-text.js';
import { retained, type RetentionOutlook, retentionOutlook, retentionRuns } from './retention.view.js';

const LISTED = 20;

interface WithRetention {
  readonly retention: RetentionConfig;
}

export const retentionCommand: CommandSpec<WithRetention> = defineCommand({
  name: 'retention',
  summary: 'show what was deleted because of its age, and what will be',
  description:
    'Lists the runs of retention, newest first. With --dry-run, says for each source how long what is kept, from which snapshot on, and how many rows of each table the next run would delete. With --run, runs now. Exit code 1 if a run failed.',
  arguments: { source: { description: 'only this source' } },
  options: {
    run: { kind: 'flag', description: 'delete now what is due, instead of tonight' },
    dryRun: { kind: 'flag', description: 'say what would be deleted; delete nothing' },
    last: { kind: 'count', value: 'N', description: `only the newest N runs (default: ${String(LISTED)})` },
  },
  examples: ['rolewatch retention', 'rolewatch retention hq --dry-run', 'rolewatch retention --run --json'],
  async run(context: CommandContext<WithRetention>, { source }, options) {
    if (options.run && options.dryRun) throw new RolewatchError('usage', 'either --run or --dry-run');
    const { db } = await context.openDatabase();
    if (source !== undefined) await knownSource(db, source);
    if (options.dryRun) {
      const outlook: RetentionOutlook[] = [];
      const { retention } = await context.config();
      const names = await retained(db, source);
      for (const name of names) outlook.push(await retentionOutlook(db, name, retention));
      await context.print({ outlook }, () => outlook.map(outlookText).join('\n'));
      return 0;
    }
    const done = options.run ? await runNow(context, source) : [];
    const runs = await retentionRuns(db, source === undefined ? undefined : [source], options.last ?? LISTED);
    await context.print({ ...(options.run && { done }), runs }, () => runsText(runs));
    return done.some(({ error }) => error !== undefined) ? 1 : 0;
  },
});

async function runNow(
  context: CommandContext<WithRetention>,
  source: string | undefined,
): Promise<Retained[]> {
  const { db } = await context.openDatabase();
  const retain = new Retain({ db, config: (await context.config()).retention, actor: context.actor });
  const names = await retained(db, source);
  const done: Retained[] = [];
  for (const name of names) {
    context.progress(`${name}: retention`);
    done.push(await retain.now(name, context.signal));
  }
  return done;
}
