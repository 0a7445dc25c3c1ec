import { defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { acknowledgeFinding } from './acknowledge.job.js';

export const acknowledgeCommand = defineCommand({
  name: 'acknowledge',
  summary: 'say that somebody has seen a finding, and what they do about it',
  description:
    'Marks an open finding as seen, with a reason for the log. It is still a finding and still counts for `check`; it is reopened when it grows. To accept one for a time, write a waiver.',
  arguments: {
    source: { description: 'the source', required: true },
    finding: { description: 'its number, as `findings` prints it', required: true },
  },
  options: {
    reason: {
      kind: 'text',
      value: 'REASON',
      description: 'what is done about it, for the log',
      required: true,
    },
  },
  examples: ['rolewatch acknowledge hq 4 --reason "moved to a group, ticket 4711"'],
  async run(context, args, options) {
    const { source } = args;
    const finding = /^#?\d{1,9}$/.test(args.finding) ? Number(args.finding.replace('#', '')) : Number.NaN;
    if (Number.isNaN(finding))
      throw new RolewatchError(
        'usage',
        `"${args.finding}" is no number of a finding: rolewatch findings ${source}`,
      );
    const reason = options.reason.trim();
    if (reason === '') throw new RolewatchError('usage', '--reason must say what is done about it');
    const { db } = await context.openDatabase();
    const done = await acknowledgeFinding(db, { source, finding, actor: context.actor, reason });
    await context.print(done, () => {
      return `finding ${String(finding)} of ${source} is acknowledged; it stays open`;
    });
    return 0;
  },
});
