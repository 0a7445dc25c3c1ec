import { defineCommand } from '../platform/command/command.js';
import { RolewatchError } from '../platform/errors.js';
import { revokeToken } from './api-token.store.js';

export const tokenRevokeCommand = defineCommand({
  name: 'accounts token revoke',
  summary: 'end a token at once',
  description:
    'Ends a token: the next request with it is refused. It stays in the list, and the log says who ended it.',
  arguments: { id: { description: 'its number, as `accounts token list` prints it', required: true } },
  options: {},
  examples: ['rolewatch accounts token revoke 3'],
  async run(context, args) {
    const id = /^\d{1,9}$/.test(args.id) ? Number(args.id) : Number.NaN;
    if (Number.isNaN(id))
      throw new RolewatchError(
        'usage',
        `"${args.id}" is no number of a token: rolewatch accounts token list`,
      );
    const { db } = await context.openDatabase();
    const prefix = await db.transaction((tx) => revokeToken(tx, id, context.actor));
    await context.print({ id, prefix, state: 'revoked' }, () => `token ${id} (rw_${prefix}…) is revoked`);
    return 0;
  },
});
