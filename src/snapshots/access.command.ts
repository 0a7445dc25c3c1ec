import { permissionModelOf } from '../access/permission-model.js';
import type { RiskTiers } from '../access/risk.js';
import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { accessFilter } from './access-filter.view.js';
import { AccessRows } from './access-rows.js';
import { accessText, notVisible } from './access-text.js';
import { accessFacts } from './access.view.js';
import { productOf } from '../sources/source-config.js';
import { knownSource } from './known-source.view.js';
import { parseMoment } from './moment.js';
import { type AccountsOfSources, configuredAccount } from './own-account.js';
import { snapshotAt } from './snapshot-at.view.js';

/** How risky the rights of a kind of source are, at this site. */
export type TiersOf<C> = (kind: string, context: CommandContext<C>) => Promise<RiskTiers>;

/** Below a unit with more people than this, they are counted, not listed, unless somebody asks. */
const FEW_PEOPLE = 25;
const MOST_PEOPLE = 10_000;

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
    async run(context: CommandContext<C>, args, options) {
      const { source } = args;
      const moment = parseMoment(options.at);
      const { db } = await context.openDatabase();
      const { kind } = await knownSource(db, source);
      const at = await snapshotAt(db, source, moment);
      const product = productOf(kind);
      const model = permissionModelOf(product);
      const filter = await accessFilter(db, { source, model }, options);
      const facts = await accessFacts(db, {
        source,
        seq: at.seq,
        named: [...(filter.principals ?? [])],
        peopleLimit: options.people ? MOST_PEOPLE : FEW_PEOPLE + 1,
      });
      const people = options.people ? facts.people : facts.people.map(uncrowded);
      const access = new AccessRows(
        { ...facts, people },
        await tiersOf(kind, context),
        model,
        await configuredAccount(context, source),
      );
      const rows = access.rows(filter);
      const recordedAt = at.recordedAt.toISOString();
      await context.print(
        { source, product, at: { ...at, recordedAt }, access: rows, notVisible: notVisible(product) },
        () => accessText(`${source}, snapshot ${at.seq} of ${recordedAt}`, rows, product),
      );
      return 0;
    },
  });

function uncrowded<P extends { readonly count: number; readonly listed: readonly string[] }>(people: P): P {
  return people.count > FEW_PEOPLE ? { ...people, listed: [] } : people;
}
