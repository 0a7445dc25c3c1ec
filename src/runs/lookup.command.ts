import { GLOBAL_SCOPE } from '../access/permissions.js';
import { defineCommand, type CommandContext } from '../platform/command/command.js';
import { oneLine } from '../platform/visible.js';
import { LDAP_TYPES } from '../sources/ivanti-epmm/schemas.js';
import { type SourcesConfig, sourceNamed } from '../sources/source-config.js';
import { lookUp, withDirectory } from './look-up.job.js';

export const lookupCommand = defineCommand({
  name: 'lookup',
  summary: 'look up a word among the LDAP entries that a source knows',
  description:
    'Asks the server for LDAP entries by a word of 1 to 20 characters. How it matches is not documented: an entry that is not in the answer may exist all the same.',
  arguments: {
    source: { description: 'the source', required: true },
    word: { description: 'the word', required: true },
  },
  options: {
    scope: { kind: 'text', value: 'ID', description: `the space to ask in (default: ${GLOBAL_SCOPE})` },
    type: {
      kind: 'text',
      value: 'TYPE',
      description: 'only entries of this type',
      oneOf: LDAP_TYPES,
    },
  },
  examples: ['rolewatch lookup hq smith', 'rolewatch lookup hq ops --type OU'],
  async run(context: CommandContext<SourcesConfig>, { source, word }, { scope = GLOBAL_SCOPE, type }) {
    const config = withDirectory(sourceNamed(await context.config(), source));
    const answer = await lookUp(config, { word, scope, type }, context.signal);
    const total = answer.total === null ? '' : ` of ${answer.total}`;
    await context.print({ source, word, scope, ...answer }, () =>
      [
        `${answer.entries.length}${total} entries match "${word}" in space ${scope} of ${source}`,
        ...answer.entries.map((entry) =>
          oneLine(`  ${entry.type.padEnd(5)} ${entry.dn}${entry.name === null ? '' : `  ${entry.name}`}`),
        ),
      ].join('\n'),
    );
    return 0;
  },
});
