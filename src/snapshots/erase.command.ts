import { defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { oneLine } from '../platform/visible.js';
import type { Tx } from '../platform/tx.js';
import { counterpartKeys } from './counterparts.view.js';
import { type ErasureOrder, eraseSubject, placeHold, releaseHold } from './erase.store.js';
import { knownSource } from './known-source.view.js';
import { PERSONAL_NAME_SPACES, subjectOf } from './subject.view.js';

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
    await knownSource(db, source);
    const done = await db.transaction(async (tx) => {
      const subject = await subjectOf(tx, source, key, options.nameSpace);
      const also = await counterpartKeys(tx, source, subject.identityId);
      const records = await DEEDS[deed](tx, { source, subject, reason, actor: context.actor });
      return { identityId: subject.identityId, ...(records !== undefined && { records }), also };
    });
    await context.print({ source, done: deed, ...done }, () => doneText(deed, done));
    return 0;
  },
});

type Deed = 'erased' | 'hold-placed' | 'hold-released';

const DEEDS: Record<Deed, (tx: Tx, order: ErasureOrder) => Promise<number | undefined>> = {
  erased: eraseSubject,
  'hold-placed': async (tx, order) => {
    await placeHold(tx, order);
    return undefined;
  },
  'hold-released': async (tx, order) => {
    await releaseHold(tx, order);
    return undefined;
  },
};

function deedOf(options: { readonly hold: boolean; readonly releaseHold: boolean }): Deed {
  if (options.hold && options.releaseHold) {
    throw new RolewatchError('usage', 'either --hold or --release-hold');
  }
  if (options.hold) return 'hold-placed';
  return options.releaseHold ? 'hold-released' : 'erased';
}

function doneText(
  deed: Deed,
  done: { readonly identityId: string; readonly records?: number; readonly also: readonly string[] },
): string {
  const deeds: Record<Deed, string> = {
    erased: `identity ${done.identityId}: erased, ${done.records ?? 0} records blanked`,
    'hold-placed': `identity ${done.identityId}: on legal hold`,
    'hold-released': `identity ${done.identityId}: no longer on legal hold`,
  };
  return [
    deeds[deed],
    ...done.also.map((key) => oneLine(`the same person is also known as ${key}: not touched`)),
  ].join('\n');
}
