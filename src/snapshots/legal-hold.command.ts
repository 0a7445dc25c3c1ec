import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { oneLine } from '../platform/visible.js';
import { knownSource } from './known-source.view.js';
import { type HoldDeed, holdSource, holdView, shownSource } from './legal-hold.job.js';
import { type LegalHold, legalHolds } from './legal-holds.view.js';

const OF = { source: { description: 'the source, or all', required: true } } as const;
const OPTIONS = {
  reason: { kind: 'text', value: 'REASON', description: 'why, for the log', required: true },
} as const;

export const placeLegalHoldCommand: CommandSpec = defineCommand({
  name: 'legal-hold place',
  summary: 'let nothing of a source be deleted, and nobody in it be erased',
  description:
    'From now on, retention deletes nothing of the source, and nobody in it can be erased, until the hold is lifted. What is being deleted at this moment is waited for. "all" holds every source, those to come included, and the log of actions.',
  arguments: OF,
  options: OPTIONS,
  examples: [
    'rolewatch legal-hold place hq --reason "case 17"',
    'rolewatch legal-hold place all --reason audit',
  ],
  run: (context, { source }, { reason }) => change(context, 'placed', source, reason),
});

export const liftLegalHoldCommand: CommandSpec = defineCommand({
  name: 'legal-hold lift',
  summary: 'let retention go on, and people be erased again',
  description:
    'Ends the hold on a source, or the one on all of them. Holds on single people are ended by erase --release-hold.',
  arguments: OF,
  options: OPTIONS,
  examples: ['rolewatch legal-hold lift hq --reason "case 17 is closed"'],
  run: (context, { source }, { reason }) => change(context, 'lifted', source, reason),
});

export const listLegalHoldsCommand: CommandSpec = defineCommand({
  name: 'legal-hold list',
  summary: 'show what is and was on legal hold, by whom, and why',
  description:
    'Lists every hold there ever was, those in force first: on sources, on all, and on people by number.',
  arguments: { source: { description: 'only of this source, with those on all' } },
  options: {},
  examples: ['rolewatch legal-hold list', 'rolewatch legal-hold list hq --json'],
  async run(context, args) {
    const { db } = await context.openDatabase();
    if (args.source !== undefined) await knownSource(db, args.source);
    const holds = await legalHolds(db, args.source);
    await context.print({ holds: holds.map(holdView) }, () => holdsText(holds));
    return 0;
  },
});

async function change(context: CommandContext, done: HoldDeed, source: string, reason: string): Promise<0> {
  if (reason.trim() === '') throw new RolewatchError('usage', '--reason must say why');
  const { db } = await context.openDatabase();
  const held = await holdSource(db, done, { source, reason, actor: context.actor });
  await context.print(held, () => `legal hold on ${source}: ${done}`);
  return 0;
}

function holdsText(holds: readonly LegalHold[]): string {
  if (holds.length === 0) return 'Nothing is or was on legal hold.';
  return holds.map((hold) => oneLine(holdText(hold))).join('\n');
}

function holdText({
  source,
  identityId,
  since,
  actor,
  reason,
  releasedAt,
  releasedBy,
  releasedWhy,
}: LegalHold): string {
  const what = identityId === null ? shownSource(source) : `${source}, identity ${identityId}`;
  const end =
    releasedAt === null
      ? 'in force'
      : `lifted ${releasedAt.toISOString()}${releasedBy === null ? '' : ` by ${releasedBy}: ${String(releasedWhy)}`}`;
  return `${what}  since ${since.toISOString()} by ${actor}: ${reason}  (${end})`;
}
