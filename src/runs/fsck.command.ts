import type { Rulebook } from '../findings/judge.js';
import { type CommandSpec, defineCommand } from '../platform/command/command.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { fsck } from './fsck/fsck.job.js';
import { readAnchor } from './fsck/read-anchor.job.js';
import { fsckText } from './fsck/report.js';

/** @param rulebook reads stored rulesets */
export const fsckCommand = (rulebook: Rulebook): CommandSpec =>
  defineCommand({
    name: 'fsck',
    summary: 'check every invariant of the store, and recompute every root',
    description:
      'Reads the whole store and checks that it is what was published: every root from its rows, every chain, every reference, and that the database still refuses to rewrite. Names the first bad row of each check that fails. Exit code 1 if one fails; notes alone give 0. That the newest rows were deleted, or an older backup restored, the database alone cannot show: keep a bundle or the output of --json elsewhere, and give it with --against.',
    arguments: { source: { description: 'only this source' } },
    options: {
      against: {
        kind: 'text',
        value: 'FILE',
        description: 'also compare with an evidence bundle, or with what fsck --json said once',
      },
    },
    examples: ['rolewatch fsck', 'rolewatch fsck hq --json', 'rolewatch fsck --against hq-2026-q1.zip'],
    async run(context, args, { against }) {
      const anchor = against === undefined ? undefined : await readAnchor(against);
      const { db } = await context.openDatabase();
      if (args.source !== undefined) await knownSource(db, args.source);
      const report = await fsck(db, {
        source: args.source,
        rulebook,
        ...(anchor && { anchor }),
        signal: context.signal,
        progress: (message) => context.progress(message),
      });
      await context.print(report, () => fsckText(report));
      return report.sound ? 0 : 1;
    },
  });
