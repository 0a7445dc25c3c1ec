import { dnKey } from '../../../src/access/dn.js';
import { RiskTiers } from '../../../src/access/risk.js';
import { accessCommand } from '../../../src/snapshots/access.command.js';
import type { AccessRow } from '../../../src/snapshots/access-rows.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, entry, listed, role, space } from '../fsck/company.js';
import { asSuperuser, plant, recordedAt } from '../fsck/planted-store.js';
import { typed } from './command.js';

const tiers = new RiskTiers(
  '00',
  new Map([
    ['1', { tier: 'critical', reason: 'r.' }],
    ['7', { tier: 'critical', reason: 'r.' }],
    ['13', { tier: 'low', reason: 'r.' }],
  ]),
  new Map(),
);
const command = accessCommand(async () => tiers);

const ANN = 'CN=Ann,OU=Ops,DC=example,DC=com';
const DAN = 'cn=dan,ou=night,ou=ops,dc=example,dc=com';
const OPS = 'ou=ops,dc=example,dc=com';
const FIELD = 'cn=field,ou=groups,dc=example,dc=com';
const first = [
  space(1, 'Global'),
  space(2, 'Berlin'),
  ...catalogue(),
  role(7, '2', ['Wipe device, Berlin']),
  listed('misystem'),
  admin('boss', { 1: [1] }, { name: 'The Boss' }),
  admin('ann', { 1: [13] }, { origin: 'LDAP', name: 'Ann A' }),
  admin('lost', { 1: [13] }, { origin: 'LDAP' }),
  admin('bob', { 2: [7, 99] }),
  entry('USER', ANN, { 1: [13] }),
  entry('USER', DAN),
  entry('USER', 'cn=eve,ou=opsx,dc=example,dc=com'),
  entry('OU', OPS, { 1: [7] }, 2),
  entry('GROUP', FIELD, { 1: [7] }, 12),
];
const links = { ann: dnKey(ANN) };
const later = first.filter(({ matchKey }) => matchKey !== 'bob');

describe('access', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
    await plant(database, 'hq', [
      { records: first, links },
      { records: later, links },
    ]);
  });
  afterAll(() => database.drop());

  async function rows(...argv: string[]): Promise<AccessRow[]> {
    const { out, err, exitCode } = await typed(database, command, 'hq', '--json', ...argv);
    expect([err, exitCode]).toEqual(['', 0]);
    return (JSON.parse(out) as { access: AccessRow[] }).access;
  }
  const who = (found: readonly AccessRow[]) =>
    found.map((row) => [row.principal.key, row.permission, row.path]);

  it('shows a direct grant with its role, risk, space and where it is stated', async () => {
    const [row] = await rows('--principal', 'boss');
    expect(row).toEqual({
      principal: { kind: 'local-admin', key: 'boss', name: 'The Boss', ownAccount: true },
      permission: 'Manage administrators',
      tier: 'unclassified',
      role: { id: '1', name: 'Manage administrators and device spaces', tier: 'critical' },
      scope: { key: '1', name: 'Global' },
      path: 'direct',
      statedIn: [{ stream: 'user_summary', scope: '1' }],
    });
  });

  it('follows a unit to everybody below it, at any depth, and to nobody beside it', async () => {
    expect(who(await rows('--permission', 'WIPE DEVICE'))).toEqual([
      [OPS, 'Wipe device', 'direct'],
      ['ann', 'Wipe device', `through OU ${OPS}`],
      [DAN, 'Wipe device', `through OU ${OPS}`],
      [FIELD, 'Wipe device', 'direct'],
    ]);
  });

  it('makes one principal of a linked admin and entry, and says who is not linked', async () => {
    const found = await rows('--role', 'View label');
    expect(found.map(({ principal, statedIn }) => [principal, statedIn.length])).toEqual([
      [{ kind: 'directory-user', key: 'ann', name: 'Ann A', dn: ANN }, 2],
      [{ kind: 'directory-user', key: 'lost', name: 'lost', linked: false }, 1],
    ]);
  });

  it('finds a person by the DN of the entry, in any spelling, with every path', async () => {
    expect(who(await rows('--principal', 'cn=ANN, ou=ops, dc=Example, dc=com'))).toEqual([
      ['ann', 'View label', 'direct'],
      ['ann', 'View device', `through OU ${OPS}`],
      ['ann', 'Wipe device', `through OU ${OPS}`],
    ]);
  });

  it('knows the people of a unit, and says of a group only how many', async () => {
    const members = (await rows('--role', '7'))
      .filter(({ path }) => path === 'direct')
      .map((r) => r.principal.members);
    expect(members).toEqual([
      { count: 2, known: true },
      { count: 2, known: true },
      { count: 12, known: false },
      { count: 12, known: false },
    ]);
  });

  it('answers for the past, by number and by the time printed, from the catalogue of the space', async () => {
    const past = [
      ['bob', 'Wipe device, Berlin', 'direct'],
      ['bob', 'unclassified: role 99 is not in the catalogue', 'direct'],
    ];
    expect(who(await rows('--principal', 'bob', '--at', '1'))).toEqual(past);
    expect(who(await rows('--principal', 'bob', '--at', recordedAt(1).toISOString()))).toEqual(past);
    expect(await rows('--principal', 'bob')).toEqual([]);
  });

  it.each([
    [['--permission', 'Wipe devise'], 'did you mean "Wipe device"'],
    [['--role', 'ROLE_77'], 'never showed a role "ROLE_77"'],
    [['--principal', 'bosss'], 'did you mean "boss"'],
    [['--at', '9'], 'has the snapshots 1 to 2'],
    [['--at', '2020-01-01T00:00:00Z'], 'had no snapshot yet'],
    [['--at', 'yesterday'], 'no moment'],
  ])('refuses %j', async (argv, message) => {
    const { err, exitCode } = await typed(database, command, 'hq', ...argv);
    expect([err, exitCode]).toEqual([expect.stringContaining(message), 1]);
  });

  it('counts the people below a large unit, and lists them when asked', async () => {
    const crowd = Array.from({ length: 30 }, (_, i) => entry('USER', `cn=u${i},${OPS}`));
    await plant(database, 'crowded', [
      { records: [...catalogue(), ...crowd, entry('OU', OPS, { 1: [13] }, 31)] },
    ]);
    const of = async (...argv: string[]) =>
      JSON.parse((await typed(database, command, 'crowded', '--json', ...argv)).out) as {
        access: AccessRow[];
      };
    const { access } = await of();
    expect(access.map(({ principal }) => principal.members)).toEqual([
      { count: 31, known: false, below: 30 },
    ]);
    expect((await of('--people')).access).toHaveLength(31);
    expect(who((await of('--principal', `cn=u7,${OPS}`)).access)).toEqual([
      [`cn=u7,${OPS}`, 'View label', `through OU ${OPS}`],
    ]);
  });

  it('prints whoever can do most first, and what cannot be seen', async () => {
    const { out } = await typed(database, command, 'hq', '--at', '1');
    expect(out).toMatch(
      /^hq, snapshot 1 of 2026-01-01T01:00:00.000Z\n\nThe Boss \(boss\): local admin; the account/,
    );
    expect(out).toContain('12 people, unknown');
    expect(out).toContain('directory user, not linked to an entry');
    expect(out.trimEnd()).toMatch(/Not visible through this source: .*$/);
  });

  it('shows an erased person without key and name', async () => {
    await asSuperuser(database, (client) =>
      client.query(
        `select erase_identity('hq', identity_id) from identity where source = 'hq' and match_key = 'bob'`,
      ),
    );
    const found = (await rows('--at', '1', '--role', '99')).map(({ principal }) => principal);
    expect(found).toEqual([{ kind: 'local-admin', erased: true }]);
  });
});
