import type { RiskTiers } from '../access/risk.js';
import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { accessAnswer } from './access-answer.view.js';
import { accessText } from './access-text.js';
import { type AccountsOfSources, configuredAccount } from './own-account.js';

/** How risky the rights of a kind of source are, at this site. */
export type TiersOf<C> = (kind: string, context: CommandContext<C>) => Promise<RiskTiers>;

/** @param tiersOf the risk tiers live in a room further on, which the entry hands in */
export const accessCommand = <C extends AccountsOfSources>(tiersOf: TiersOf<C>): CommandSpec<C> =>
  defineCommand({
    name: 'access',
    summary: 'who can do what, by which path',
    description:
      'Lists who can do what in a state that we stood by: each permission with its role, space and path. Rights through an LDAP organisational unit are followed to the people below it; members of LDAP groups cannot be seen.',
    arguments: { source: { description: 'the source', required: true } },
    options: {
      at: {
        kind: 'text',
        value: 'TIME|SEQ',
        description: 'a snapshot, or a time with its zone (default: latest)',
      },
      permission: { kind: 'text', value: 'P', description: 'only who has this permission' },
      role: { kind: 'text', value: 'R', description: 'only this role, by id or name' },
      principal: { kind: 'text', value: 'K', description: 'only this person, group or unit, by key or name' },
      people: { kind: 'flag', description: 'list the people below large units, too' },
    },
    examples: [
      'rolewatch access hq --permission "Wipe device"',
      'rolewatch access hq --principal jdoe --at 2026-03-01T00:00:00Z',
    ],
    async run(context: CommandContext<C>, { source }, options) {
      const { db } = await context.openDatabase();
      const answer = await accessAnswer(db, source, {
        ...options,
        tiersOf: (kind) => tiersOf(kind, context),
        ownAccount: await configuredAccount(context, source),
      });
      const { at, access, product } = answer;
      await context.print(answer, () =>
        accessText(`${source}, snapshot ${at.seq} of ${at.recordedAt}`, access, product),
      );
      return 0;
    },
  });
