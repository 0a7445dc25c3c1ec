import type { RiskTiers } from '../access/risk.js';
import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { oneLine } from '../platform/visible.js';
import type { Sql } from '../platform/tx.js';
import { type Difference, differences } from '../snapshots/difference.view.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { riskOfChange } from './drift-risk.js';
import { driftText } from './drift-text.js';
import { driftBetween } from './drift.view.js';
import type { DriftReport } from './report.js';

/** @param riskTiersOf the risk tiers for a kind of source, at this site */
export const driftCommand = <C>(
  riskTiersOf: (kind: string, context: CommandContext<C>) => Promise<RiskTiers>,
): CommandSpec<C> =>
  defineCommand({
    name: 'drift',
    summary: 'say what changed between two snapshots, when and why',
    description:
      'Says what changed between two snapshots of a source: who gained or lost what where, by which cause, and between which two moments it happened. Times mean the snapshot we stood by then.',
    arguments: { source: { description: 'the source', required: true } },
    options: {
      from: {
        kind: 'text',
        value: 'X',
        description: 'seq, time, previous or latest (default: previous, the one before --to)',
      },
      to: { kind: 'text', value: 'Y', description: 'seq, time, previous or latest (default: latest)' },
      rows: { kind: 'flag', description: 'also give the rows of the store that differ, told of or not' },
    },
    examples: [
      'rolewatch drift hq',
      'rolewatch drift hq --from 12 --to latest --json',
      'rolewatch drift hq --from 2026-03-01T00:00:00Z --to 2026-04-01T00:00:00Z',
    ],
    async run(context: CommandContext<C>, args, options) {
      const { db } = await context.openDatabase();
      const report = await driftBetween(db, args.source, options.from, options.to);
      const tiers = await riskTiersOf((await knownSource(db, args.source)).kind, context);
      const rows = options.rows ? await rowsBetween(db, report) : null;
      await context.print({ ...report, ...(rows && { rows }) }, () =>
        [driftText(report, (change) => riskOfChange(change, tiers)), ...(rows ? rowsText(rows) : [])].join(
          '\n',
        ),
      );
      return 0;
    },
  });

async function rowsBetween(sql: Sql, { source, from, to }: DriftReport): Promise<Difference[]> {
  const rows: Difference[] = [];
  for await (const row of differences(sql, source, from.seq, to.seq)) rows.push(row);
  return rows;
}

function rowsText(rows: readonly Difference[]): string[] {
  const side = ({ from, to }: Difference) =>
    from === null ? 'later only' : to === null ? 'earlier only' : 'differs';
  return [
    '',
    `${rows.length} rows of the store differ`,
    ...rows.map((row) => oneLine(`  ${row.table} ${Object.values(row.key).join(' ')}: ${side(row)}`)),
  ];
}
