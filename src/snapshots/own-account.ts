import type { CommandContext } from '../platform/command/command.js';
import { messageOf } from '../platform/errors.js';
import { type AccountOfSource, ownAccountOf } from '../sources/source-config.js';

/** The part of the configuration that says with which account a source is read. */
export interface AccountsOfSources {
  readonly sources: readonly ({ readonly name: string } & AccountOfSource)[];
}

/** History can be asked without a configuration; it then does not say which account is ours. */
export async function configuredAccount(
  context: Pick<CommandContext<AccountsOfSources>, 'config' | 'warn'>,
  source: string,
): Promise<string | null> {
  try {
    const { sources } = await context.config();
    const config = sources.find(({ name }) => name === source);
    return config === undefined ? null : ownAccountOf(config);
  } catch (error) {
    context.warn(`the account of ${source} is not marked: ${messageOf(error)}`);
    return null;
  }
}
