import { explainSnapshot } from '../../../src/drift/explain.store.js';
import { permissionsLostByEverybody } from '../../../src/drift/holdings.js';
import type { Facts } from '../../../src/drift/facts.js';
import { History, hour, listsOf, type Read, type Row, SOURCE, type State } from './history.js';

const spaces = ['1', '3'];
const space = (key: string, name: string): Row => ({
  stream: 'device_spaces',
  scope: '',
  nameSpace: 'scope',
  key,
  body: { name, criteria: '', status: 'ok', priority: 1 },
});
const user = (key: string): Row => ({
  stream: 'users',
  scope: '',
  nameSpace: 'admin',
  key,
  body: { builtIn: false },
});
const admin = (key: string, grants: [string, string][] = [], more: Partial<Row> = {}): Row[] =>
  spaces.map((scope) => ({
    stream: 'user_summary',
    scope,
    nameSpace: 'admin',
    key,
    grants,
    body: { origin: 'Local', spaceRoles: grants },
    personal: { key, name: key, email: `${key}@example.com` },
    ...more,
  }));
const directory = (
  key: string,
  type: string,
  memberCount: number | null,
  grants: [string, string][] = [],
): Row[] =>
  spaces.map((scope) => ({
    stream: 'ldap_entity_summary',
    scope,
    nameSpace: 'dn',
    key,
    grants,
    body: { type, memberCount, spaceRoles: grants },
    personal: { key },
  }));
const role = (key: string, permissions: string[]): Row[] =>
  spaces.map((scope) => ({
    stream: 'roles',
    scope,
    nameSpace: 'role',
    key,
    permissions,
    body: { permissions },
  }));

const OPS = 'dc=com,dc=acme,ou=ops';
const base: Row[] = [
  space('1', 'Global'),
  space('3', 'Europe'),
  user('ann'),
  ...admin('ann', [['7', '1']]),
  ...role('7', ['View', 'Wipe']),
  ...role('2', ['View']),
  ...directory('cn=field', 'GROUP', 4, [['7', '3']]),
  ...directory(OPS, 'OU', 1, [['2', '1']]),
  ...directory(`${OPS},cn=eve`, 'USER', null),
  ...directory('dc=com,dc=acme,ou=ops-east,cn=kim', 'USER', null),
];

let history: History;
beforeEach(async () => {
  history = await History.open();
});
afterEach(async () => {
  await history.close();
});

async function publish(state: State, left: Facts['left'] = new Map()) {
  const seq = await history.publish(state, [...left.keys()]);
  return history.transaction((tx) => explainSnapshot(tx, { source: SOURCE, seq, left }));
}
const without = (...keys: string[]) => base.filter((row) => !keys.includes(row.key));
const words = ({ changes }: Awaited<ReturnType<typeof publish>>) =>
  changes.map((one) => [one.what, one.cause]);

describe('explaining what is stored', () => {
  it('is silent about first reads and about nothing', async () => {
    expect(words(await publish({ rows: base }))).toEqual([]);
    expect(words(await publish({ rows: base }))).toEqual([]);
  });

  it('tells a new admin with the window of the reads, and keeps the rows without a name', async () => {
    await publish({ rows: base });
    const { changes } = await publish({ rows: [...base, user('bob'), ...admin('bob', [['7', '1']])] });
    const window = { notSeenAt: hour(1, 0), seenAt: hour(2, 1), statedBy: ['rolewatch'] };
    const bob = history.id('admin', 'bob');
    expect(changes).toEqual([
      { no: 1, what: 'principal-appeared', cause: 'assignment', kind: 'local-admin', subject: bob, window },
      {
        no: 2,
        what: 'role-granted',
        cause: 'assignment',
        kind: 'local-admin',
        subject: bob,
        scope: '1',
        role: '7',
        effective: { gained: ['View', 'Wipe'], lost: [] },
        window,
        partOf: 1,
      },
    ]);
    const rows = await history.db.query(
      'select no, what, subject::text, scope, role, part_of, not_seen_at, seen_at, body from change order by no',
    );
    expect(rows).toEqual([
      {
        no: 1,
        what: 'principal-appeared',
        subject: bob,
        scope: null,
        role: null,
        part_of: null,
        not_seen_at: hour(1, 0),
        seen_at: hour(2, 1),
        body: { kind: 'local-admin', statedBy: ['rolewatch'] },
      },
      expect.objectContaining({ no: 2, scope: '1', role: '7', part_of: 1 }),
    ]);
    expect(JSON.stringify(rows)).not.toContain('example.com');
  });

  it('tells who went, and that nobody has the right any more', async () => {
    const rows = without('cn=field');
    await publish({ rows });
    const told = await publish({ rows: rows.filter((row) => row.key !== 'ann'), reads: listsOf(rows) });
    expect(words(told)).toEqual([
      ['principal-disappeared', 'assignment'],
      ['role-revoked', 'assignment'],
    ]);
    expect(permissionsLostByEverybody(told.facts)).toEqual(['Wipe']);
  });

  it('tells a redefined role once, with those who hold it', async () => {
    await publish({ rows: base });
    const told = await publish({
      rows: [...base.filter((row) => row.key !== '7'), ...role('7', ['Lock', 'View', 'Wipe'])],
    });
    expect(told.changes).toMatchObject([
      {
        what: 'role-redefined',
        role: '7',
        effective: { gained: ['Lock'], lost: [] },
        affected: [{ kind: 'local-admin' }, { kind: 'ldap-group', members: { after: 4, known: false } }],
      },
    ]);
  });

  it('tells of a group by its count and of a unit by its people', async () => {
    await publish({ rows: base });
    const told = await publish({
      rows: [
        ...without('cn=field', OPS),
        ...directory('cn=field', 'GROUP', 6, [['7', '3']]),
        ...directory(OPS, 'OU', 2, [['2', '1']]),
        ...directory(`${OPS},cn=zoe`, 'USER', null),
      ],
    });
    expect(told.changes).toMatchObject([
      { what: 'members-changed', cause: 'group', members: { before: 4, after: 6, known: false } },
      {
        what: 'members-changed',
        cause: 'ou',
        members: { before: 1, after: 2, known: true },
        affectedCount: 1,
        affected: [{ id: history.id('dn', `${OPS},cn=zoe`), presentOnly: 'after' }],
      },
    ]);
  });

  it('tells nothing of people beside a unit, even where its name begins alike', async () => {
    await publish({ rows: base });
    expect(words(await publish({ rows: without('dc=com,dc=acme,ou=ops-east,cn=kim') }))).toEqual([]);
  });

  it('tells a role granted to a unit with the people below it', async () => {
    await publish({ rows: base });
    const told = await publish({
      rows: [
        ...without(OPS),
        ...directory(OPS, 'OU', 1, [
          ['2', '1'],
          ['7', '1'],
        ]),
      ],
    });
    expect(told.changes).toMatchObject([
      {
        what: 'role-granted',
        kind: 'ldap-ou',
        effective: { gained: ['Wipe'] },
        members: { after: 1, known: true },
        affected: [{ id: history.id('dn', `${OPS},cn=eve`) }],
        affectedCount: 1,
      },
    ]);
  });

  const withoutSpace = (rows: readonly Row[]): Row[] =>
    rows.filter((row) => row.scope !== '3' && !(row.nameSpace === 'scope' && row.key === '3'));
  const left = new Map([['3', 'scope']] as const);

  it('tells a scope that leaves with what it takes along', async () => {
    await publish({ rows: base });
    const rows = withoutSpace([...without('cn=field'), ...directory('cn=field', 'GROUP', 4)]);
    expect(words(await publish({ rows }, left))).toEqual([
      ['scope-disappeared', 'scope'],
      ['role-revoked', 'scope'],
    ]);
  });

  it('tells nothing of a right in it that the list of another scope goes on to state', async () => {
    await publish({ rows: base });
    expect(words(await publish({ rows: withoutSpace(base) }, left))).toEqual([
      ['scope-disappeared', 'scope'],
    ]);
    expect(words(await publish({ rows: base }))).toEqual([['scope-appeared', 'scope']]);
  });

  it('tells a changed address once, by its place', async () => {
    await publish({ rows: base });
    const moved = admin('ann', [['7', '1']], {
      personal: { key: 'ann', name: 'ann', email: 'new@example.com' },
    });
    const told = await publish({ rows: [...base.filter((row) => row.stream !== 'user_summary'), ...moved] });
    expect(told.changes).toMatchObject([
      { what: 'attribute-changed', attribute: { name: 'email' }, subject: history.id('admin', 'ann') },
    ]);
    const stored = await history.db.query('select body from change');
    expect(JSON.stringify(stored)).not.toContain('example.com');
  });

  it('tells of a name that one of two lists changed and took back', async () => {
    const listed = { ...user('ann'), personal: { key: 'ann', name: 'ann' } };
    const others = base.filter(({ stream, key }) => stream !== 'user_summary' && key !== 'ann');
    const named = (name: string): State => ({
      rows: [
        ...others,
        listed,
        ...admin('ann', [['7', '1']], { personal: { key: 'ann', name, email: 'ann@example.com' } }),
      ],
    });
    await publish(named('ann'));
    expect(words(await publish(named('Anna')))).toEqual([['attribute-changed', 'directory']]);
    expect(words(await publish(named('ann')))).toEqual([['attribute-changed', 'directory']]);
  });

  it('tells nothing of the name of somebody without rights', async () => {
    const named = (name: string): Row => ({
      stream: 'ldap_entity_summary',
      scope: '1',
      nameSpace: 'dn',
      key: 'cn=al',
      body: { type: 'USER' },
      personal: { key: 'cn=al', name },
    });
    await publish({ rows: [...base, named('Al')] });
    expect(words(await publish({ rows: [...base, named('Albert')] }))).toEqual([]);
  });

  it('tells a link between two that were there, and no right with it', async () => {
    const rows = [...base, ...directory('cn=ann', 'USER', null)];
    await publish({ rows });
    const told = await publish({ rows, links: [['ann', 'cn=ann']] });
    expect(words(told)).toEqual([['identity-linked', 'identity']]);
    expect(words(await publish({ rows }))).toEqual([['identity-unlinked', 'identity']]);
  });

  it('adds from a partial read, whose window reaches back to the last complete one', async () => {
    await publish({ rows: base });
    const partly = (rows: Row[]): Read[] =>
      listsOf(rows).map((list) => ({ ...list, verdict: 'partial', minute: 5 }));
    await publish({ rows: base, reads: partly(base) });
    const rows = [
      ...base.filter((row) => row.key !== 'ann'),
      user('ann'),
      ...admin('ann', [
        ['7', '1'],
        ['2', '3'],
      ]),
    ];
    const { changes } = await publish({ rows, reads: partly(rows) });
    expect(changes).toMatchObject([
      { what: 'role-granted', window: { notSeenAt: hour(1, 0), seenAt: hour(3, 6) } },
    ]);
  });
});
