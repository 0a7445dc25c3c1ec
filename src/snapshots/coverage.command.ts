import { defineCommand } from '../platform/command/command.js';
import { knownSource, knownSources } from './known-source.view.js';
import { coverageText, type KeptSince } from './coverage-text.js';
import { coverageKeptSince, type CoverageSlot, coverageOf } from './coverage.view.js';

export const coverageCommand = defineCommand({
  name: 'coverage',
  summary: 'show every moment a source was due, and what became of it',
  description:
    'Lists the slots of one source or of all, newest first: published (with the snapshot), failed or missed (with the reason), being read, or still due. A gap in coverage is evidence too.',
  arguments: { source: { description: 'only this source' } },
  options: { last: { kind: 'count', value: 'N', description: 'only the newest N of each source' } },
  examples: ['rolewatch coverage', 'rolewatch coverage hq --last 24 --json'],
  async run(context, args, options) {
    const { db } = await context.openDatabase();
    const sources = args.source === undefined ? await knownSources(db) : [await knownSource(db, args.source)];
    const slots: CoverageSlot[] = [];
    const kept: KeptSince[] = [];
    for (const { name } of sources) {
      slots.push(...(await coverageOf(db, name, { limit: options.last })));
      const since = await coverageKeptSince(db, name);
      if (since !== undefined) kept.push({ source: name, since });
    }
    await context.print({ slots, ...(kept.length > 0 && { kept }) }, () => coverageText(slots, kept));
    return 0;
  },
});
