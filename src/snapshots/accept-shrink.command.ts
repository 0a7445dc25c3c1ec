import { defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { acceptShrink } from './accept-shrink.job.js';
import { shownScope } from './release.js';

export const acceptShrinkCommand = defineCommand({
  name: 'accept-shrink',
  summary: 'release what the latest snapshot holds back',
  description:
    'States that the records which the latest snapshot holds back are really gone. Used once, by the next read, and only for what was held: anything else that is missing by then counts anew.',
  arguments: { source: { description: 'the source', required: true } },
  options: {
    stream: { kind: 'text', value: 'STREAM', description: 'the list, as `run` names it', required: true },
    scope: {
      kind: 'text',
      value: 'SCOPE',
      description: 'its space, all, or - for a list of the whole source',
      required: true,
    },
    expect: { kind: 'count', value: 'N', description: 'how many are held, as `run` says', required: true },
    reason: { kind: 'text', value: 'REASON', description: 'why they are gone, for the log', required: true },
  },
  examples: [
    'rolewatch accept-shrink hq --stream user_summary --scope all --expect 12 --reason "contractors left, ticket 4711"',
    'rolewatch accept-shrink hq --stream users --scope - --expect 9 --reason "branch closed"',
  ],
  async run(context, args, options) {
    const { source } = args;
    const { db } = await context.openDatabase();
    const reason = options.reason.trim();
    if (reason === '') throw new RolewatchError('usage', '--reason must say why');
    const { seq, released } = await acceptShrink(db, {
      source,
      stream: options.stream,
      scope: options.scope,
      expected: options.expect,
      reason,
      actor: context.actor,
    });
    const next = `rolewatch run ${source}`;
    await context.print({ source, seq, released, next }, () =>
      [
        ...released.map(
          ({ stream, scope = '', held }) =>
            `released: ${held} in ${stream} (--scope ${shownScope({ scope })}), held by snapshot ${seq}`,
        ),
        `applies at the next read: ${next}`,
      ].join('\n'),
    );
    return 0;
  },
});
