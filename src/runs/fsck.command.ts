import type { Rulebook } from '../findings/judge.js';
import { type CommandSpec, defineCommand } from '../platform/command/command.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { fsck } from './fsck/fsck.job.js';
import { fsckText } from './fsck/report.js';

/** @param rulebook reads stored rulesets */
export const fsckCommand = (rulebook: Rulebook): CommandSpec =>
  defineCommand({
    name: 'fsck',
    summary: 'check every invariant of the store, and recompute every root',
    description:
      'Reads the whole store and checks that it is what was published: every root from its rows, every chain, every reference, and that the database still refuses to rewrite. Names the first bad row of each check that fails. Exit code 1 if one fails; notes alone give 0.',
    arguments: { source: { description: 'only this source' } },
    options: {},
    examples: ['rolewatch fsck', 'rolewatch fsck hq --json'],
    async run(context, args) {
      const { db } = await context.openDatabase();
      if (args.source !== undefined) await knownSource(db, args.source);
      const report = await fsck(db, {
        source: args.source,
        rulebook,
        signal: context.signal,
        progress: (message) => context.progress(message),
      });
      await context.print(report, () => fsckText(report));
      return report.sound ? 0 : 1;
    },
  });
