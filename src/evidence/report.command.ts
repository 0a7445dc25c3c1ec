import { resolve } from 'node:path';
import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { messageOf, RolewatchError } from '../platform/errors.js';
import { writeWhole } from '../platform/write-whole.js';
import type { TiersOf } from '../snapshots/access.command.js';
import { type AccountsOfSources, configuredAccount } from '../snapshots/own-account.js';
import { periodOf } from './period.view.js';
import { reportIn, REPORT_FORMATS } from './report/report.js';
import { reportFacts } from './report/report-facts.view.js';

/** @param tiersOf the risk tiers of a kind of source, with what the site made of them */
export const reportCommand = <C extends AccountsOfSources>(tiersOf: TiersOf<C>): CommandSpec<C> =>
  defineCommand({
    name: 'report',
    summary: 'write a drift report that a security lead reads in two minutes',
    description:
      'Says what changed between two states in one self-contained file: what needs attention first, then by principal with before and after, causes and windows; what is held or unknown; how well the period is covered; and which findings opened and closed.',
    arguments: { source: { description: 'the source', required: true } },
    options: {
      from: { kind: 'text', value: 'X', description: 'seq, or a time with its zone (default: the first)' },
      to: { kind: 'text', value: 'Y', description: 'seq, time or latest (default: latest)' },
      format: {
        kind: 'text',
        value: 'FORMAT',
        description: 'html (default), md, or csv with one row for each change',
        oneOf: REPORT_FORMATS,
      },
      out: { kind: 'text', value: 'FILE', description: 'write it there instead of printing it' },
    },
    examples: [
      'rolewatch report hq --from 2026-03-01T00:00:00Z --format html --out drift.html',
      'rolewatch report hq --from 12 --to 15 --format md',
    ],
    async run(context: CommandContext<C>, { source }, { from, to, format = 'html', out }) {
      const { db } = await context.openDatabase();
      const period = await periodOf(db, source, { from, to });
      const facts = await reportFacts(db, {
        ...period,
        tiers: await tiersOf(period.kind, context),
        ownAccount: await configuredAccount(context, source),
      });
      const text = reportIn(format, facts);
      const report = { source, from: period.from.seq, to: period.to.seq, format };
      if (out === undefined) await context.printFile({ ...report, text }, text);
      else {
        const file = await written(out, text);
        await context.print({ ...report, file }, () => file);
      }
      return 0;
    },
  });

async function written(out: string, text: string): Promise<string> {
  const file = resolve(out);
  await writeWhole(file, text).catch((cause: unknown) => {
    throw new RolewatchError('refused', `${file} cannot be written: ${messageOf(cause)}`, { cause });
  });
  return file;
}
