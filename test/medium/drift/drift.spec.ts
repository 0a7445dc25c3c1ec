import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainSnapshot } from '../../../src/drift/explain.store.js';
import { driftBetween } from '../../../src/drift/drift.view.js';
import { History, hour, listsOf, type Row, SOURCE, type State } from './history.js';
import { reportSchema } from './report-schema.js';

const row = (
  stream: string,
  scope: string,
  nameSpace: Row['nameSpace'],
  key: string,
  more: Partial<Row> = {},
): Row => ({
  stream,
  scope,
  nameSpace,
  key,
  ...more,
});
const admin = (key: string, email: string, ...roles: string[]): Row =>
  row('user_summary', '1', 'admin', key, {
    body: { origin: 'Local', roles },
    personal: { key, name: `${key} Example`, email },
    grants: roles.map((role) => [role, '1'] as const),
  });
const role = (key: string, description: string, ...permissions: string[]): Row =>
  row('roles', '1', 'role', key, { body: { description, permissions }, permissions });
const fixed = [
  row('device_spaces', '', 'scope', '1', { body: { name: 'Global' } }),
  role('7', 'Wipe device', 'View', 'Wipe'),
  role('2', 'View', 'View'),
  row('ldap_entity_summary', '1', 'dn', 'ou=ops', {
    body: { type: 'OU', memberCount: 1 },
    grants: [['2', '1']],
  }),
  row('ldap_entity_summary', '1', 'dn', 'ou=ops,cn=eve', { body: { type: 'USER' } }),
];
const reads = listsOf([...fixed, admin('ann', '')]);

let history: History;
beforeAll(async () => {
  history = await History.open();
  const publish = async (...rows: Row[]): Promise<void> => {
    const state: State = { rows: [...fixed, ...rows], reads };
    const seq = await history.publish(state);
    await history.transaction((tx) => explainSnapshot(tx, { source: SOURCE, seq, left: new Map() }));
  };
  await publish(admin('ann', 'a@example.com', '7'));
  await publish(admin('ann', 'b@example.com', '7'), admin('bob', 'bob@example.com', '7'));
  await publish(admin('ann', 'b@example.com', '7'), admin('bob', 'bob@example.com', '7', '2'));
  await publish(
    admin('ann', 'a@example.com', '7'),
    role('9', 'New', 'Lock'),
    row('ldap_entity_summary', '1', 'dn', 'ou=ops,cn=zoe', { body: { type: 'USER' } }),
  );
});
afterAll(async () => {
  await history.close();
});

const drift = (from?: string, to?: string) => driftBetween(history.db, SOURCE, from, to);
const words = async (from?: string, to?: string) =>
  (await drift(from, to)).changes.map((one) => [one.what, one.subject.key]);

describe('a drift report', () => {
  it('names who, where and what', async () => {
    const report = await drift('1', '2');
    const window = { notSeenAt: hour(1), seenAt: hour(2, 1), statedBy: ['rolewatch'] };
    const bob = { kind: 'local-admin', key: 'bob', name: 'bob Example' };
    expect(report).toEqual({
      source: SOURCE,
      product: 'ivanti-epmm',
      from: { seq: 1, recordedAt: hour(1, 30), digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      to: { seq: 2, recordedAt: hour(2, 30), digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      changes: [
        { ids: ['2.1'], what: 'principal-appeared', subject: bob, cause: 'assignment', window },
        {
          ids: ['2.2'],
          what: 'role-granted',
          subject: bob,
          scope: { key: '1', name: 'Global' },
          role: { id: '7', name: 'Wipe device' },
          effective: { gained: ['View', 'Wipe'], lost: [] },
          cause: 'assignment',
          window,
          partOf: '2.1',
        },
        {
          ids: ['2.3'],
          what: 'attribute-changed',
          subject: { kind: 'local-admin', key: 'ann', name: 'ann Example' },
          attribute: { name: 'email', before: 'a@example.com', after: 'b@example.com' },
          cause: 'directory',
          window,
        },
      ],
    });
  });

  it('compares the latest two unless told otherwise', async () => {
    const latest = await drift();
    expect([latest.from.seq, latest.to.seq]).toEqual([3, 4]);
    expect(await drift('previous', 'latest')).toEqual(latest);
    expect((await drift(undefined, 'previous')).from.seq).toBe(2);
    expect(await drift('3', '4')).toEqual(latest);
    expect(await drift(hour(3, 40).toISOString(), hour(4, 31).toISOString())).toEqual(latest);
  });

  it('nets what lies in between', async () => {
    expect(await words('1', '4')).toEqual([
      ['role-defined', '9'],
      ['members-changed', 'ou=ops'],
    ]);
    expect(await words('2', '2')).toEqual([]);
    const [, granted] = (await drift('1', '3')).changes;
    expect(granted).toMatchObject({ ids: ['2.2'], role: { id: '7' }, partOf: '2.1' });
  });

  it('refuses what cannot be compared', async () => {
    await expect(drift('3', '2')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('swap') as string,
    });
    await expect(drift('9')).rejects.toMatchObject({ code: 'unknown-snapshot' });
    await expect(drift(undefined, '1')).rejects.toMatchObject({ code: 'unknown-snapshot' });
    await expect(driftBetween(history.db, 'hk')).rejects.toMatchObject({ code: 'unknown-source' });
  });

  it('has the documented shape', async () => {
    const page = await readFile(join(__dirname, '../../../docs/json/drift.md'), 'utf8');
    reportSchema.parse(JSON.parse(page.split('```')[1]?.replace(/^json/, '') ?? ''));
    for (const [from, to] of [
      ['1', '2'],
      ['2', '3'],
      ['3', '4'],
      ['1', '4'],
    ])
      reportSchema.parse(JSON.parse(JSON.stringify(await drift(from, to))));
  });

  it('says of an erased person that there was one', async () => {
    await history.sql('set session_replication_role = origin');
    await history.sql('select erase_identity($1, $2)', [SOURCE, history.id('admin', 'bob')]);
    const report = await drift('1', '2');
    expect(report.changes[0]?.subject).toEqual({ kind: 'local-admin', erased: true });
    expect(JSON.stringify(report)).not.toContain('bob');
  });
});
