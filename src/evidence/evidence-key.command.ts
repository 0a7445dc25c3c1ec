import { defineCommand } from '../platform/command/command.js';
import { publicKeyOf, SIGNING_PURPOSE, signingKeyFrom } from './signing.js';

export const evidenceKeyCommand = defineCommand({
  name: 'evidence key',
  summary: 'print the public key that bundles are signed with, and its fingerprint',
  description:
    'Prints what a recipient of evidence compares with what is in the bundle. It follows from the key of this installation (ROLEWATCH_KEY, or the file key in the data folder) and changes only with it.',
  arguments: {},
  options: {},
  examples: ['rolewatch evidence key'],
  async run(context) {
    const opened = await context.openDatabase();
    const key = publicKeyOf(signingKeyFrom(opened.derivedKey(SIGNING_PURPOSE)));
    await context.print(key, () => `${key.pem}${key.fingerprint}`);
    return 0;
  },
});
