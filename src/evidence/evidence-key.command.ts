import { defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { publicKeyOf } from './signing.js';
import { acceptNewKey, signingKeyOf } from './signing-key.job.js';

export const evidenceKeyCommand = defineCommand({
  name: 'evidence key',
  summary: 'print the public key that bundles are signed with, and its fingerprint',
  description:
    'Prints what a recipient of evidence compares with what is in the bundle. It follows from the key of this installation (ROLEWATCH_KEY, or the file key in the data folder) and changes only with it. Where that was lost, nothing is signed with another one until somebody says that it counts from now on, with a reason: that is logged.',
  arguments: {},
  options: {
    newKey: { kind: 'flag', description: 'the old key is lost: sign with this one from now on' },
    reason: { kind: 'text', value: 'R', description: 'why, for the log of actions' },
  },
  examples: ['rolewatch evidence key', 'rolewatch evidence key --new-key --reason "disk lost, ticket 4711"'],
  async run(context, _, { newKey, reason }) {
    if (newKey !== (reason !== undefined))
      throw new RolewatchError('usage', '--new-key and --reason go together');
    const opened = await context.openDatabase();
    const signing =
      reason === undefined ? await signingKeyOf(opened) : await acceptNewKey(opened, context.actor, reason);
    const key = publicKeyOf(signing);
    await context.print(key, () => `${key.pem}${key.fingerprint}`);
    return 0;
  },
});
