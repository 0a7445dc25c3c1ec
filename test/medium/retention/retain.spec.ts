import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { appendAction } from '../../../src/accounts/action-log.store.js';
import type { Database } from '../../../src/platform/database.js';
import { retentionCommand } from '../../../src/runs/retention/retention.command.js';
import { retentionOutlook, retentionRuns } from '../../../src/runs/retention/retention.view.js';
import { RetentionRunStore } from '../../../src/runs/retention/retention-run.store.js';
import { FOR_EVER } from '../../../src/runs/retention/retention-config.js';
import { eraseCommand } from '../../../src/snapshots/erase.command.js';
import { coverageCommand } from '../../../src/snapshots/coverage.command.js';
import {
  liftLegalHoldCommand,
  listLegalHoldsCommand,
  placeLegalHoldCommand,
} from '../../../src/snapshots/legal-hold.command.js';
import { dnKey } from '../../../src/access/dn.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, entry, space } from '../fsck/company.js';
import { asSuperuser, plant } from '../fsck/planted-store.js';
import { unsound } from '../../support/unsound.js';
import { typed } from '../snapshots-views/command.js';
import { Ageing, ALL, nothing } from './ageing.js';

const ANN = 'CN=Ann,OU=Ops,DC=example,DC=com';
const staying = [
  space(1, 'Global'),
  ...catalogue(),
  admin('boss', { 1: [1] }),
  entry('GROUP', 'CN=All,DC=example'),
];
const leaving = [admin('ann', { 1: [7] }, { origin: 'LDAP', name: 'Ann A' }), entry('USER', ANN)];
const many = Array.from({ length: 30 }, (_, n) => admin(`temp${String(n)}`, { 1: [7] }));
const HISTORY = [
  { records: [...staying, ...leaving], links: { ann: dnKey(ANN) } },
  { records: [...staying, ...many] },
  { records: staying },
  { records: [...staying, admin('carl', { 1: [7] })] },
  { records: staying },
];
const LAST = HISTORY.length;

/** What is deleted for the store as a whole ends its own session, as an administrator or a failover would. */
class CutOff extends RetentionRunStore {
  constructor(private readonly cut: Database) {
    super(cut);
  }

  override async removeSome(...[claim, table, atMost]: Parameters<RetentionRunStore['removeSome']>) {
    if (claim.source === '*') await this.cut.query('select pg_terminate_backend(pg_backend_pid())');
    return super.removeSome(claim, table, atMost);
  }
}

describe('retention', () => {
  let database: TestDatabase;
  let ageing: Ageing;
  beforeEach(async () => {
    database = await freshDatabase();
    ageing = new Ageing(database.db, database.ownerUrl);
    await plant(database, 'hq', HISTORY);
  });
  afterEach(() => database.drop());

  const sound = () => unsound(database.db);
  /** Everything of the store that retention could have touched. */
  const contents = async (): Promise<unknown> => {
    const all: Record<string, unknown> = {};
    for (const table of [
      'record',
      'grant_',
      'link',
      'role_permission',
      'bucket',
      'observation',
      'slot',
      'run',
      'identity',
    ])
      all[table] = await database.db.query(
        `select to_jsonb(t) - 'erased_at' as row from ${table} t order by to_jsonb(t)::text collate "C"`,
      );
    return all;
  };

  it('deletes nothing unless asked, and nothing for a week after being asked', async () => {
    const before = await contents();
    await ageing.setClock(new Date('2050-01-01T00:00:00Z'));
    await ageing.now({ config: FOR_EVER });
    expect((await ageing.now()).removed).toEqual({});
    await ageing.setClock(new Date('2050-01-07T23:59:59Z'));
    expect((await ageing.now()).removed).toEqual({});
    expect(await contents()).toEqual(before);
    await ageing.setClock(new Date('2050-01-08T00:00:01Z'));
    expect((await ageing.now()).removed).toMatchObject({ record: expect.any(Number) });
    const log = await database.db.query<{ action: string }>('select action from action_log order by id');
    expect(log.map(({ action }) => action)).toEqual(['retention-stated', 'retention']);
    expect(await sound()).toEqual([]);
  });

  it('counts the longest of what was stated of late, so that nobody shortens it unnoticed', async () => {
    await ageing.grow(3, { versions: 10_000 });
    expect((await ageing.now()).removed).not.toHaveProperty('record');
    expect(await ageing.count('retention_policy')).toBe(5);
  });

  it('erases who is no longer named by anything, and nobody else', async () => {
    await ageing.grow(3);
    expect((await ageing.now()).removed).toMatchObject({ identity: 32 });
    const left = await database.db.query<{ key: string }>(
      `select match_key as key from identity where name_space in ('admin', 'dn') and erased_at is null order by 1`,
    );
    expect(left.map(({ key }) => key)).toEqual(['boss', 'carl', dnKey('CN=All,DC=example')]);
    expect(await sound()).toEqual([]);
  });

  it('erases nobody while the source is read, and does so the next time', async () => {
    await ageing.grow(3);
    await asSuperuser(database, (client) =>
      client.query(
        `insert into slot (source, due_at, trigger, state, epoch, lease_until, run_id) values ('hq', now(), 'manual', 'leased', 1, now() + interval '1 minute', 1)`,
      ),
    );
    expect((await ageing.now()).removed).not.toHaveProperty('identity');
    await database.db.query(
      `update slot set state = 'failed', why = 'x', ended_at = now() where state = 'leased'`,
    );
    expect((await ageing.now()).removed).toEqual({ identity: 32 });
  });

  it('that loses its session goes on at the next look; the tenth time it has failed', async () => {
    const cut = new CutOff(database.db);
    for (let look = 1; look < 10; look++)
      await expect(ageing.retain({ store: cut }).tonight(nothing)).rejects.toMatchObject({ code: '57P01' });
    const ofTonight = async () => (await retentionRuns(database.db, ['*'], 10)).map(({ error }) => error);
    expect(await ofTonight()).toEqual([undefined]);
    await ageing.retain({ store: cut }).tonight(nothing);
    expect(await ofTonight()).toEqual([expect.stringContaining('administrator command')]);
  });

  it('goes on where it was killed, and ends as if it had not been', async () => {
    const twin = await freshDatabase();
    try {
      // the same history once more, at once
      const straight = new Ageing(twin.db, twin.ownerUrl);
      await plant(twin, 'hq', HISTORY);
      await straight.grow(4);
      const { removed } = await straight.now();

      await ageing.grow(4);
      const store = new RetentionRunStore(database.db, 1);
      const killed = await store.claimNow('hq');
      await store.moveHorizon(killed, 'versions');
      expect(await store.removeSome(killed, 'record', 7)).toBe(7);
      expect(await store.removeSome(killed, 'grant_', 7)).toBe(7);
      expect(await store.removeSome(killed, 'bucket', 7)).toBe(7);
      expect(await sound()).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const done = await ageing.retain({ batch: 7 }).tonight(nothing);
      expect(done.map(({ source }) => source)).toContain('hq');
      await expect(store.removeSome(killed, 'record', 7)).rejects.toMatchObject({ code: 'fenced' });

      const [run] = (await retentionRuns(database.db, ['hq'], 10)).filter(({ id }) => id === killed.id);
      expect(run).toMatchObject({ removed, horizonAfter: 4, endedAt: expect.any(String) });
      for (const table of [
        'record',
        'grant_',
        'link',
        'role_permission',
        'bucket',
        'observation',
        'slot',
        'run',
      ])
        expect([table, await ageing.count(table)]).toEqual([table, await straight.count(table)]);
      expect(await sound()).toEqual([]);
    } finally {
      await twin.drop();
    }
  });

  it('runs once a night for each source, however many replicas look', async () => {
    await ageing.grow(3);
    const replicas = Array.from({ length: 4 }, () => ageing.retain({ batch: 3 }).tonight(nothing));
    const done = (await Promise.all(replicas)).flat().map(({ source }) => source);
    // one that met another at the same source looks again a minute later
    done.push(...(await ageing.retain().tonight(nothing)).map(({ source }) => source));
    expect(done.sort()).toEqual(['*', 'hq']);
    const runs = (await retentionRuns(database.db, undefined, 50)).filter(({ night }) => night !== undefined);
    expect(runs.map(({ source }) => source).sort()).toEqual(['*', 'hq']);
    expect(await sound()).toEqual([]);
  });

  it('deletes nothing and lets nobody be erased on legal hold', async () => {
    await ageing.grow(3);
    const before = await contents();
    const place = await typed(database, placeLegalHoldCommand, 'hq', '--reason', 'case 17', '--json');
    expect(JSON.parse(place.out)).toEqual({ source: 'hq', done: 'placed' });
    expect(await ageing.now()).toMatchObject({ removed: {}, why: expect.stringContaining('case 17') });
    expect(await contents()).toEqual(before);
    const moved = await database.db.query(`select move_horizon('hq', 'versions') as seq`);
    expect(moved).toEqual([{ seq: null }]);
    await expect(database.db.query(`select delete_past_retention('hq', 'record', 10)`)).rejects.toThrow(
      'on legal hold',
    );
    expect(await ageing.count('retention_horizon')).toBe(0);
    const erased = await typed(database, eraseCommand, 'hq', 'ann', '--reason', 'asked to', '--json');
    expect(erased.err).toContain('legal hold');
    await expect(
      database.db.query(`select erase_identity('hq', identity_id) from identity where match_key = 'ann'`),
    ).rejects.toThrow('on legal hold');

    await typed(database, liftLegalHoldCommand, 'hq', '--reason', 'closed');
    await typed(database, placeLegalHoldCommand, 'all', '--reason', 'audit');
    expect(await ageing.now()).toMatchObject({ removed: {}, why: expect.stringContaining('audit') });
    await typed(database, liftLegalHoldCommand, 'all', '--reason', 'done');
    expect(await ageing.now()).toMatchObject({ removed: { identity: 32 } });

    const { holds } = JSON.parse((await typed(database, listLegalHoldsCommand, '--json')).out) as {
      holds: object[];
    };
    expect(holds).toMatchObject([
      { source: 'all', reason: 'audit', releasedWhy: 'done' },
      { source: 'hq', reason: 'case 17', releasedWhy: 'closed' },
    ]);
    const log = await database.db.query<{ action: string }>(
      `select action from action_log where action like 'legal%' order by id`,
    );
    expect(log.map(({ action }) => action)).toEqual([
      ...['legal-hold', 'legal-hold-released', 'legal-hold', 'legal-hold-released'],
    ]);
  });

  it('holds a whole source where one person in it is on hold', async () => {
    await ageing.grow(3);
    await typed(database, eraseCommand, 'hq', 'ann', '--hold', '--reason', 'case 18');
    expect(await ageing.now()).toMatchObject({ removed: {}, why: expect.stringContaining('case 18') });
  });

  it('waits for a deletion under way before a hold is placed', async () => {
    await ageing.grow(3);
    await database.db.query(`select move_horizon('hq', 'versions')`);
    const order: string[] = [];
    let placed: Promise<unknown> | undefined;
    await database.db.transaction(async (tx) => {
      await tx.query(`select delete_past_retention('hq', 'record', 5)`);
      placed = typed(database, placeLegalHoldCommand, 'hq', '--reason', 'now').then(() =>
        order.push('placed'),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      order.push('deleted');
    });
    await placed;
    expect(order).toEqual(['deleted', 'placed']);
    await expect(database.db.query(`select delete_past_retention('hq', 'record', 5)`)).rejects.toThrow(
      'on legal hold',
    );
  });

  it('cannot be used, or gone around, by the application to delete what is recent', async () => {
    const refused = async (sql: string): Promise<string> =>
      database.db.query(sql).then(
        () => 'done',
        (error: unknown) => String(error),
      );
    const before = await contents();
    // no policy, a fresh one, one that is too short, one that is dated back
    await database.db.query(
      `select move_horizon('hq', 'versions'), delete_past_retention('hq', 'record', 1000)`,
    );
    await database.db.query(
      `insert into retention_policy (source, kind, days, actor) values ('hq', 'versions', 30, 'mallory')`,
    );
    await database.db.query(
      `select move_horizon('hq', 'versions'), delete_past_retention('hq', 'record', 1000)`,
    );
    expect(
      await refused(
        `insert into retention_policy (source, kind, days, actor) values ('hq', 'log', 1, 'mallory')`,
      ),
    ).toContain('check constraint');
    expect(
      await refused(
        `insert into retention_policy (source, kind, days, actor, stated_at) values ('hq', 'log', 40, 'm', '2020-01-01')`,
      ),
    ).toContain('permission denied');
    expect(
      await refused(
        `insert into retention_horizon (source, kind, seq, before, days) values ('hq', 'versions', 4, now(), 40)`,
      ),
    ).toContain('permission denied');
    for (const sql of [
      `update retention_policy set days = 30`,
      `delete from retention_policy`,
      `delete from record`,
      `delete from retention_run`,
      `update action_log_anchor set id = 1`,
      `alter function retention_clock() rename to other`,
    ])
      expect([sql, await refused(sql)]).toEqual([
        sql,
        expect.stringMatching(/permission denied|must be owner/),
      ]);
    expect(
      await refused(
        `create or replace function retention_clock() returns timestamptz language sql as $$ select '2090-01-01'::timestamptz $$`,
      ),
    ).toMatch(/permission denied|must be owner/);
    // the switch of the owner's functions is no use to anybody else
    const switched = database.db.transaction(async (tx) => {
      await tx.query(`set local rolewatch.rewriting = 'on'`);
      await tx.query('delete from record');
    });
    await expect(switched).rejects.toThrow('permission denied');
    expect(await contents()).toEqual(before);
    expect(await ageing.count('snapshot')).toBe(LAST);
    expect(await ageing.count('retention_horizon')).toBe(0);
  });

  it('deletes neither what is open nor what the horizon shows, even where it may delete', async () => {
    await ageing.grow(3);
    await database.db.query(
      `select move_horizon('hq', 'versions'), move_horizon('hq', 'observations'), move_horizon('hq', 'log')`,
    );
    for (const table of [
      'record',
      'grant_',
      'link',
      'role_permission',
      'bucket',
      'change',
      'hold',
      'observation',
      'slot',
      'run',
      'identity',
    ])
      await database.db.query('select delete_past_retention($1, $2, 10000)', ['hq', table]);
    for (const table of ['snapshot', 'finding', 'legal_hold'])
      await expect(
        database.db.query('select delete_past_retention($1, $2, 10)', ['hq', table]),
      ).rejects.toThrow('is ever deleted');
    expect(await sound()).toEqual([]);
    expect(await ageing.count('snapshot')).toBe(LAST);
    const [{ n } = { n: 0 }] = await database.db.query<{ n: number }>(
      `select count(*)::int as n from record where until_seq is null`,
    );
    expect(n).toBe(staying.length);
    expect(await database.db.query(`select 1 from record where until_seq > 3`)).toHaveLength(1);
  });

  it('shortens the log of actions from its beginning, and it still is one chain', async () => {
    for (let i = 1; i <= 9; i++)
      await database.db.transaction((tx) =>
        appendAction(tx, { actor: 'os:ann', action: 'x', detail: { i } }),
      );
    await ageing.setClock(new Date(Date.now() + 1));
    const all = ageing.retain({ batch: 4 });
    await all.now('*', nothing);
    await all.now('hq', nothing);
    await ageing.setClock(new Date(Date.now() + 101 * 86_400_000));
    // on hold anywhere, the chain of all stays
    await typed(database, placeLegalHoldCommand, 'hq', '--reason', 'case');
    expect(await all.now('*', nothing)).toMatchObject({
      removed: {},
      why: expect.stringContaining('legal hold'),
    });
    await typed(database, liftLegalHoldCommand, 'hq', '--reason', 'closed');
    const before = await ageing.count('action_log');
    const { removed } = await all.now('*', nothing);
    // with the run of retention that is as old
    expect(removed).toEqual({ action_log: before - 1, retention_run: 1 });
    expect(await verifyActionLog(database.db)).toBeNull();
    await database.db.transaction((tx) => appendAction(tx, { actor: 'os:ann', action: 'y', detail: {} }));
    expect(await verifyActionLog(database.db)).toBeNull();
    expect(await sound()).toEqual([]);
    await asSuperuser(database, (client) =>
      client.query('delete from action_log where id = (select min(id) from action_log)'),
    );
    expect(await verifyActionLog(database.db)).toMatchObject({
      why: expect.stringContaining('is missing before it'),
    });
  });

  it('removes what a killed run left in staging a day ago, and not what one stages now', async () => {
    await asSuperuser(database, (client) =>
      client.query(`
        insert into run (id, source, due_at, epoch, base_seq, started_at) values (9001, 'hq', now(), 1, 5, now() - interval '25 hours'), (9002, 'hq', now(), 1, 5, now());
        insert into stage_identity (run_id, name_space, match_key, identity_id, shown_key, salt)
        values (9001, 'admin', 'left', 901, 'left', '\\x00'), (9002, 'admin', 'new', 902, 'new', '\\x00')`),
    );
    expect((await ageing.retain().now('*', nothing)).removed).toEqual({ stage_identity: 1 });
    expect(await database.db.query('select match_key from stage_identity')).toEqual([{ match_key: 'new' }]);
  });

  it('says beforehand what it would delete, and afterwards what it did', async () => {
    await ageing.grow(3);
    const { kinds, next } = await retentionOutlook(database.db, 'hq', ALL);
    expect(kinds).toMatchObject([
      { kind: 'versions', configured: 100, inForce: 100, horizon: null, next: 3 },
      {},
      {},
      {},
    ]);
    const { removed } = await ageing.now();
    const { observation: _, ...rest } = removed;
    expect({ ...next }).toMatchObject(rest);
    const listed = await typed(database, retentionCommand as never, 'hq', '--json');
    expect(JSON.parse(listed.out)).toMatchObject({ runs: [{ source: 'hq', removed, horizonAfter: 3 }, {}] });
  });

  it('says from when on coverage is known, instead of showing a gap', async () => {
    await ageing.grow(3);
    await ageing.now();
    const { out } = await typed(database, coverageCommand, 'hq', '--json');
    const { slots, kept } = JSON.parse(out) as { slots: { seq: number; state: string }[]; kept: object[] };
    expect(slots.map(({ seq, state }) => `${state} ${String(seq)}`)).toEqual(['published 5', 'published 4']);
    expect(kept).toMatchObject([{ source: 'hq', since: expect.any(String) }]);
    expect(await sound()).toEqual([]);
  });

  it.each([
    [
      'retention',
      `insert into retention_horizon (source, kind, seq, before, days) values ('hq', 'versions', 5, now(), 100)`,
    ],
    [
      'retention',
      `update retention_policy set stated_at = stated_at + interval '2 days' where kind = 'versions'`,
    ],
    [
      'retention',
      `insert into retention_horizon select source, 'observations', 4, recorded_at, 100, '2090-01-01' from snapshot where seq = 4`,
    ],
    ['action-anchors', `insert into action_log_anchor values (1, '\\x00', 1, now(), 100, now())`],
    ['buckets', `delete from record where until_seq = 5`],
    ['roots', `delete from bucket where until_seq > 3`],
    ['rights', `delete from grant_ where until_seq > 3`],
    ['manifests', `delete from observation where seq = 4`],
    ['slots', `delete from slot where seq = 4`],
    ['protections', `alter table retention_horizon disable trigger refuse_rewrite`],
  ])(
    'has fsck find what is wrong with it, or missing after the horizon: %s, after %s',
    async (check, corruption) => {
      await ageing.grow(3);
      await ageing.now();
      expect(await sound()).toEqual([]);
      await asSuperuser(database, (client) => client.query(corruption));
      expect((await sound()).map((found) => found.split(':')[0])).toContain(check);
    },
  );
});
