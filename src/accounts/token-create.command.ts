import { type CommandContext, defineCommand } from '../platform/command/command.js';
import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import { ROLES } from '../platform/http/permissions.js';
import { oneLine, visible } from '../platform/visible.js';
import { createToken } from './api-token.store.js';
import { expiryOf } from './expiry.js';

/** The part of the configuration that says which sources there are. */
export interface NamedSources {
  readonly sources: readonly { readonly name: string }[];
}

export const tokenCreateCommand = defineCommand({
  name: 'accounts token create',
  summary: 'make a token for the API, and show it once',
  description:
    'Makes a token for a program or a person that uses the API. It is shown once and kept nowhere: only its hash is. What it may do never changes; to change it, make another one and revoke this one.',
  arguments: {},
  options: {
    name: {
      kind: 'text',
      value: 'NAME',
      description: 'what it is for, for the list and the log',
      required: true,
    },
    role: {
      kind: 'text',
      value: 'ROLE',
      description:
        'viewer: reads; reviewer: also acknowledges findings; operator: also runs things; admin: all',
      oneOf: ROLES,
      required: true,
    },
    source: {
      kind: 'texts',
      value: 'SOURCE',
      description: 'only this source; may be given several times (default: all)',
    },
    expires: {
      kind: 'text',
      value: 'WHEN',
      description: 'a number of days such as 90d, or a date; 366 days at most',
      required: true,
    },
  },
  examples: [
    'rolewatch accounts token create --name grafana --role viewer --expires 90d',
    'rolewatch accounts token create --name "night shift" --role operator --source hq --expires 2026-12-31',
  ],
  async run(context: CommandContext<NamedSources>, _args, options) {
    const name = options.name.trim();
    if (name === '') throw new RolewatchError('usage', '--name must say what the token is for');
    if (visible(name) !== name || /[\n\t]/.test(name))
      throw new RolewatchError(
        'usage',
        `--name has a character that cannot be seen (${oneLine(name).replaceAll('\t', '\\u0009')}): use letters, digits, signs and blanks`,
      );
    const role = ROLES.find((one) => one === options.role);
    if (role === undefined) throw new RolewatchError('usage', `--role must be one of ${ROLES.join(', ')}`);
    const expiresAt = expiryOf(options.expires, new Date());
    const sources = options.source === undefined ? null : await checked(context, options.source);
    const { db } = await context.openDatabase();
    const made = await db.transaction((tx) =>
      createToken(tx, { name, role, sources, expiresAt, actor: context.actor }),
    );
    const { id, prefix, token } = made;
    await context.print({ id, name, prefix, role, sources, expiresAt, token }, () => token);
    context.progress(
      `token ${id}, ${role}, until ${expiresAt.toISOString()}: it is not shown again. To end it: rolewatch accounts token revoke ${id}`,
    );
    return 0;
  },
});

/** A token for a source that is not there would be a slip that nobody notices. */
async function checked(
  context: CommandContext<NamedSources>,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const known = (await context.config()).sources.map(({ name }) => name);
  const stranger = wanted.find((name) => !known.includes(name));
  if (stranger === undefined) return [...new Set(wanted)].sort();
  throw new RolewatchError(
    'unknown-source',
    `no source is called "${stranger}"${didYouMean(stranger, known) || `; there are: ${known.join(', ')}`}`,
  );
}
