import { NO_RULES } from '../../support/no-rules.js';
import { dnKey } from '../../../src/access/dn.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import type { CheckResult } from '../../../src/runs/fsck/report.js';
import { appendAction } from '../../../src/accounts/action-log.store.js';
import { Database } from '../../../src/platform/database.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, entry, listed, role, space } from './company.js';
import { asSuperuser, plant, type PlantedState } from './planted-store.js';

const ann = 'CN=Ann,OU=Ops,DC=example,DC=com';
const base = [
  space(1, 'Global'),
  ...catalogue(),
  listed('boss'),
  listed('ann'),
  admin('boss', { 1: [1, 7] }),
  admin('ann', { 1: [13] }, { origin: 'LDAP' }),
  admin('bob', { 1: [7] }),
  entry('USER', ann),
  entry('OU', 'OU=Ops,DC=example,DC=com', { 1: [13] }, 1),
];
const without = (key: string) => base.filter((record) => record.matchKey !== key);

/** Appears, is held, loses a role, comes back, a read is cut off: everything a sound store may contain. */
const HISTORY: readonly PlantedState[] = [
  { records: base, links: { ann: dnKey(ann) } },
  { records: [...base.filter((r) => r.matchKey !== '13'), role(13, '1', ['View label', 'Edit label'])] },
  {
    records: base,
    observed: { 'user_summary/1': { verdict: 'partial', why: 'page 2 was cut off' } },
  },
  { records: base, held: [admin('bob', { 1: [7] })], observed: { 'user_summary/1': { held: 1 } } },
  { records: without('bob') },
];

const controller = new AbortController();
const check = (db: Database) =>
  fsck(db, { rulebook: NO_RULES, signal: controller.signal, progress: () => undefined });
const badOnes = (checks: readonly CheckResult[]) =>
  checks.filter(({ bad }) => bad > 0).map(({ check: id }) => id);

describe('fsck', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await plant(database, 'hq', HISTORY);
    await database.db.transaction(async (tx) => {
      await appendAction(tx, { actor: 'os:test', action: 'one', detail: {} });
      await appendAction(tx, { actor: 'os:test', action: 'two', detail: {} });
    });
  });
  afterEach(() => database.drop());

  it('finds a sound store sound, as the application', async () => {
    const { sound, checks } = await check(database.db);
    expect(checks.flatMap(({ first }) => first ?? [])).toEqual([]);
    expect(sound).toBe(true);
    expect(checks.flatMap(({ notes }) => notes)).toEqual([
      expect.stringMatching(/^the journal vouches for 22 rows only since .* \(link 1, run 5, slot 5, /),
    ]);
  });

  it('notes, as the owner, what is then convention only', async () => {
    const owner = new Database({ url: database.ownerUrl });
    try {
      const { sound, checks } = await check(owner);
      expect(sound).toBe(true);
      expect(checks.flatMap(({ notes }) => notes).join()).toContain('convention only');
    } finally {
      await owner.close();
    }
  });

  it('passes over a person who was erased', async () => {
    await database.db.query(
      `select erase_identity('hq', identity_id) from identity where source = 'hq' and match_key = 'bob'`,
    );
    expect(badOnes((await check(database.db)).checks)).toEqual([]);
  });

  /** [check that must say so, what is done to the store, the row it must name] */
  const corruptions: readonly [string, string, object][] = [
    ['sequence', `delete from snapshot where seq = 2`, { table: 'snapshot', key: { source: 'hq', seq: 3 } }],
    [
      'sequence',
      `update snapshot set previous_digest = digest where seq = 3`,
      { key: { source: 'hq', seq: 3 } },
    ],
    [
      'sequence',
      `update snapshot set recorded_at = '2020-01-01' where seq = 4`,
      { key: { source: 'hq', seq: 4 } },
    ],
    ['sequence', `update source set last_seq = 9`, { table: 'source' }],
    ['sequence', `delete from source`, { table: 'source', says: 'it is missing' }],
    [
      'sequence',
      `alter table snapshot drop constraint snapshot_check; update snapshot set manifest = manifest || ' ' where seq = 2`,
      { key: { source: 'hq', seq: 2 } },
    ],
    [
      'manifests',
      `insert into link values ('hq', 1, 2, 'name', 2, 3)`,
      { table: 'snapshot', key: { source: 'hq', seq: 2 }, says: expect.stringContaining('counts.links 0') },
    ],
    [
      'manifests',
      `update observation set rows = 99 where seq = 3 and stream = 'users'`,
      { key: { source: 'hq', seq: 3 } },
    ],
    ...['total', 'pages', 'reads'].map((column): [string, string, object] => [
      'manifests',
      `update observation set ${column} = 77 where seq = 3 and stream = 'users'`,
      { key: { source: 'hq', seq: 3 }, says: expect.stringContaining(`users/ ${column}`) },
    ]),
    ...['read_from', 'read_to', 'observed_at'].map((column): [string, string, object] => [
      'manifests',
      `update observation set ${column} = '2020-01-01' where seq = 3 and stream = 'users'`,
      { key: { source: 'hq', seq: 3 }, says: expect.stringContaining('2020-01-01') },
    ]),
    ...['why', 'stated_by'].map((column): [string, string, object] => [
      'manifests',
      `update observation set ${column} = 'somebody' where seq = 3 and stream = 'users'`,
      { key: { source: 'hq', seq: 3 }, says: expect.stringContaining('somebody') },
    ]),
    [
      'manifests',
      `update observation set pages_digest = sha256('x') where seq = 3 and stream = 'users'`,
      { key: { source: 'hq', seq: 3 } },
    ],
    [
      'manifests',
      `delete from observation where seq = 5 and stream = 'roles'`,
      { key: { source: 'hq', seq: 5 } },
    ],
    ['roots', `update snapshot set root = sha256('x') where seq = 4`, { key: { source: 'hq', seq: 4 } }],
    [
      'roots',
      `update bucket set hash = sha256('x') where no = (select min(no) from bucket where from_seq = 1 and until_seq is null)`,
      { key: { source: 'hq', seq: 1 } },
    ],
    [
      'buckets',
      `delete from record where identity_id = (select identity_id from identity where match_key = 'bob')`,
      { table: 'bucket' },
    ],
    [
      'buckets',
      `update record set until_seq = 4 where stream = 'user_summary' and identity_id = (select identity_id from identity where match_key = 'bob')`,
      { table: 'bucket', key: { source: 'hq', no: expect.any(Number), seq: 4 } },
    ],
    [
      'leaves',
      `update record set body = jsonb_set(body, '{origin}', '"LDAP"') where stream = 'user_summary' and body ->> 'origin' = 'Local' and until_seq = 5`,
      { table: 'record', key: expect.objectContaining({ stream: 'user_summary', scope: '1', from_seq: 1 }) },
    ],
    [
      'leaves',
      `update record set personal = jsonb_set(personal, '{email}', '"x@example.com"') where stream = 'user_summary' and until_seq = 5`,
      { says: expect.stringContaining('commitment') },
    ],
    [
      'leaves',
      `update identity set salt = null, match_key = null, shown_key = null, erased_at = now() where match_key = 'bob'`,
      { says: expect.stringContaining('erased') },
    ],
    [
      'identities',
      `update identity set match_key = 'else' where match_key = 'boss'`,
      { table: 'identity', key: { source: 'hq', identity_id: expect.any(String) } },
    ],
    [
      'identities',
      `update identity set match_key = 'dc=com,dc=else' where name_space = 'dn' and match_key like '%ou=ops'`,
      { table: 'identity' },
    ],
    [
      'intervals',
      `drop index grant_open; insert into grant_ select source, stream, scope, identity_id, principal, target, in_scope, 3, null from grant_ where target = 'role:1'`,
      { table: 'grant_', key: expect.objectContaining({ target: 'role:1', from_seq: 3 }) },
    ],
    ['intervals', `update record set until_seq = 77 where stream = 'device_spaces'`, { table: 'record' }],
    [
      'rights',
      `delete from grant_ where target = 'role:1'`,
      { table: 'grant_', key: expect.objectContaining({ target: 'role:1', in_scope: '1' }) },
    ],
    [
      'rights',
      `insert into grant_ select source, stream, scope, identity_id, principal, 'role:25', in_scope, 2, null from grant_ where target = 'role:1'`,
      { table: 'grant_', key: expect.objectContaining({ target: 'role:25' }) },
    ],
    [
      'rights',
      `delete from role_permission where permission = 'Wipe device'`,
      { table: 'role_permission', key: { source: 'hq', scope: '1', role: '7', permission: 'Wipe device' } },
    ],
    [
      'rights',
      `update record set bears_right = false where stream = 'user_summary' and until_seq = 5`,
      { table: 'record', key: expect.objectContaining({ stream: 'user_summary', scope: '1' }) },
    ],
    [
      'closings',
      `update record set until_seq = 3 where stream = 'user_summary' and until_seq = 5`,
      { table: 'record', key: expect.objectContaining({ stream: 'user_summary', scope: '1' }) },
    ],
    [
      'closings',
      `update grant_ set until_seq = 3 where until_seq = 5`,
      { table: 'grant_', key: expect.objectContaining({ target: 'role:7' }) },
    ],
    [
      'closings',
      `update record set until_seq = 4 where stream = 'user_summary' and until_seq = 5`,
      { table: 'hold' },
    ],
    ...['null', '2'].map((seq): [string, string, object] => [
      'watches',
      `update watch set first_complete_seq = ${seq} where stream = 'users'`,
      { table: 'watch', key: { source: 'hq', stream: 'users', scope: '', from_seq: 1 } },
    ]),
    ['watches', `delete from watch where stream = 'users'`, { table: 'observation' }],
    [
      'references',
      `insert into legal_hold (source, id, identity_id, reason, actor) values ('hq', 7, 999, 'r', 'os:test')`,
      { table: 'legal_hold', key: { source: 'hq', id: '7' } },
    ],
    ['references', `delete from identity where match_key = 'boss'`, { table: 'record' }],
    [
      'references',
      `insert into change (source, seq, no, what, cause, subject, seen_at, body) values ('hq', 2, 1, 'role-granted', 'assignment', 999, now(), '{}')`,
      { table: 'change', key: { source: 'hq', seq: 2, no: 1 } },
    ],
    [
      'references',
      `insert into change (source, seq, no, what, cause, part_of, seen_at, body) values ('hq', 2, 1, 'role-granted', 'assignment', 8, now(), '{}')`,
      { table: 'change', says: expect.stringContaining('8') },
    ],
    ['references', `insert into hold values ('hq', 2, 'users', '', 1)`, { table: 'hold' }],
    [
      'references',
      `insert into alert values ('hq', 9, 1, 'k', 'critical', '{}')`,
      { table: 'alert', key: { source: 'hq', seq: 9, no: 1 } },
    ],
    [
      'references',
      `update link set to_identity_id = identity_id`,
      { table: 'link', says: expect.stringContaining('admin to admin') },
    ],
    [
      'references',
      `update link set until_seq = null;
       update identity set name_tag = sha256(convert_to(match_key, 'UTF8')), name_tag_key = 1 where name_space in ('admin', 'dn')`,
      { table: 'link', says: expect.stringContaining('same name') },
    ],
    ['slots', `delete from slot where seq = 2`, { table: 'snapshot', key: { source: 'hq', seq: 2 } }],
    [
      'slots',
      `update slot set seq = 77 where seq = 5`,
      { table: 'slot', key: { source: 'hq', due_at: '2026-01-01T05:00:00.000000Z' } },
    ],
    [
      'slots',
      `insert into run (id, source, due_at, epoch, base_seq, outcome) values (999999, 'hq', now(), 1, 5, 'published')`,
      { table: 'run', key: { source: 'hq', id: '999999' } },
    ],
    [
      'action-log',
      `update action_log set actor = 'os:else' where id = 1`,
      { table: 'action_log', key: { id: '1' } },
    ],
    ['action-log', `delete from action_log where id = 1`, { table: 'action_log', key: { id: '2' } }],
    [
      'journal',
      `update run set why = 'else' where id = (select min(id) from run)`,
      { table: 'run', says: expect.stringContaining('is not what was written at') },
    ],
    [
      'journal',
      `insert into slot (source, due_at, trigger) values ('hq', '2026-01-09', 'manual')`,
      { table: 'slot', says: expect.stringContaining('does not know it') },
    ],
    ['journal', `delete from slot where seq = 2`, { says: expect.stringContaining('it is missing') }],
    [
      'journal',
      `update observation set stated_by = 'else' where seq = 3`,
      { table: 'snapshot', key: { source: 'hq', seq: 3 }, says: expect.stringContaining('observation') },
    ],
    ['journal-chain', `delete from journal where no = 2`, { table: 'journal', key: { no: '3' } }],
    [
      'journal-chain',
      `update journal set about = 'run' where no = 2`,
      { table: 'journal', key: { no: '2' } },
    ],
    [
      'protections',
      `alter table slot disable trigger journal_update`,
      { table: 'pg_trigger', key: { table: 'slot', trigger: 'journal_update' } },
    ],
    [
      'protections',
      `alter table record disable trigger close_only`,
      { table: 'pg_trigger', key: { table: 'record', trigger: 'close_only' } },
    ],
    [
      'protections',
      `grant update (manifest) on snapshot to public`,
      { table: 'pg_class', key: { relname: 'snapshot', right: 'UPDATE of manifest' } },
    ],
    ['keys', `drop index retention_run_open`, { key: { index: 'retention_run_open' } }],
    ['keys', `alter table slot drop constraint slot_pkey`, { key: { index: 'slot_pkey' } }],
    [
      'keys',
      `select setval('identity_identity_id_seq', 1)`,
      {
        key: { sequencename: 'identity_identity_id_seq' },
        says: expect.stringContaining(`"SELECT setval('identity_identity_id_seq', `),
      },
    ],
    ['protections', `grant delete on change to public`, { key: { relname: 'change', right: 'DELETE' } }],
  ];

  it.each(corruptions)('%s: finds %s', async (id, corruption, named) => {
    await asSuperuser(database, (client) => client.query(corruption));
    const { sound, checks } = await check(database.db);
    expect(sound).toBe(false);
    expect(checks.find(({ check: one }) => one === id)?.first).toMatchObject(named);
  });
});
