import { defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { oneLine } from '../platform/visible.js';
import { doAbout, type PersonDeed } from './erase.job.js';
import { type Deed, PERSONAL_NAME_SPACES } from './person.js';

export const eraseCommand = defineCommand({
  name: 'erase',
  summary: 'erase a person who has left, or keep one from being erased',
  description:
    'Erases names, keys and mails of one person for good; what was decided and every digest stay as they are. Refused while the source still shows the person, and on legal hold. Only the identity named is erased: one that was linked to it is named, and takes a second call.',
  arguments: {
    source: { description: 'the source', required: true },
    key: { description: 'user id exactly as shown, or a DN in any spelling', required: true },
  },
  options: {
    reason: { kind: 'text', value: 'REASON', description: 'why, for the log', required: true },
    hold: { kind: 'flag', description: 'put on legal hold instead: nothing of it can be erased' },
    releaseHold: { kind: 'flag', description: 'end the legal hold instead' },
    nameSpace: {
      kind: 'text',
      value: 'SPACE',
      description: 'where one key is used twice',
      oneOf: PERSONAL_NAME_SPACES,
    },
  },
  examples: [
    'rolewatch erase hq jdoe --reason "request of 3 March"',
    'rolewatch erase hq "cn=Jane Doe,ou=Sales,dc=example,dc=com" --hold --reason "case 17"',
  ],
  async run(context, args, options) {
    const { source, key } = args;
    const reason = options.reason.trim();
    if (reason === '') throw new RolewatchError('usage', '--reason must say why');
    const deed = deedOf(options);
    const { db } = await context.openDatabase();
    const { nameSpace } = options;
    const done = await doAbout(db, deed, { source, key, nameSpace, reason, actor: context.actor });
    await context.print(done, () => doneText(done));
    return 0;
  },
});

function deedOf(options: { readonly hold: boolean; readonly releaseHold: boolean }): Deed {
  if (options.hold && options.releaseHold) {
    throw new RolewatchError('usage', 'either --hold or --release-hold');
  }
  if (options.hold) return 'hold-placed';
  return options.releaseHold ? 'hold-released' : 'erased';
}

function doneText({ done, identityId, records = 0, also }: PersonDeed): string {
  const deeds: Record<Deed, string> = {
    erased: `identity ${identityId}: erased, ${records} records blanked`,
    'hold-placed': `identity ${identityId}: on legal hold`,
    'hold-released': `identity ${identityId}: no longer on legal hold`,
  };
  return [
    deeds[done],
    ...also.map((key) => oneLine(`the same person is also known as ${key}: not touched`)),
  ].join('\n');
}
