import { defineCommand } from '../platform/command/command.js';
import { oneLine } from '../platform/visible.js';
import { tokensOf, type TokenView } from './api-tokens.view.js';

export const tokenListCommand = defineCommand({
  name: 'accounts token list',
  summary: 'list the tokens of the API',
  description:
    'Lists every token there ever was, the oldest first: what for, which role and sources, until when, when it was used last (to the minute). The tokens themselves are kept nowhere.',
  arguments: {},
  options: {},
  examples: ['rolewatch accounts token list'],
  async run(context) {
    const { db } = await context.openDatabase();
    const tokens = await tokensOf(db);
    await context.print({ tokens }, () =>
      tokens.length === 0 ? 'There is no token.' : tokens.map(lineOf).join('\n'),
    );
    return 0;
  },
});

function lineOf(token: TokenView): string {
  const { id, prefix, role, state, name, sources, expiresAt, revokedAt, lastUsedAt } = token;
  const until = revokedAt === undefined ? `until ${expiresAt}` : `revoked ${revokedAt}`;
  const of = sources === null ? 'all sources' : sources.join(', ');
  return oneLine(
    `${String(id).padStart(3)}  rw_${prefix}…  ${role.padEnd(8)}  ${state.padEnd(7)}  ${until}  used ${lastUsedAt ?? 'never'}  ${of}  ${name}`,
  );
}
