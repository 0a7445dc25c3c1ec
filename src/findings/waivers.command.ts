import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import type { Database } from '../platform/database.js';
import { knownSource, knownSources } from '../snapshots/known-source.view.js';
import type { SiteParts } from './site-judging.view.js';
import { waiversAnswer } from './waivers-answer.view.js';
import { waiversText } from './waivers-text.js';

/** @param partsOf what judging stands on, from the configuration; the entries know every room */
export function waiversCommand<C>(partsOf: (config: C, db: Database) => SiteParts): CommandSpec<C> {
  return defineCommand({
    name: 'waivers',
    summary: 'list what is accepted for a time, and what each waiver covers',
    description:
      'Lists the waivers of the configured file with how each stands: in force with the findings that it covers, unused, to come, ended, or one that cannot apply, and why. Judges nothing: rolewatch check does.',
    arguments: { source: { description: 'only this source' } },
    options: {},
    examples: ['rolewatch waivers', 'rolewatch waivers hq --json'],
    async run(context: CommandContext<C>, { source }) {
      const config = await context.config();
      const { db } = await context.openDatabase();
      const known = source === undefined ? await knownSources(db) : [await knownSource(db, source)];
      const sees = (name: string): boolean => source === undefined || name === source;
      const names = known.map(({ name }) => name);
      const waivers = await waiversAnswer(partsOf(config, db), names, sees);
      await context.print({ waivers }, () => waiversText(waivers));
      return 0;
    },
  });
}
