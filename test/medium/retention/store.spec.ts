import { retentionRuns, retentionOutlook } from '../../../src/runs/retention/retention.view.js';
import { FOR_EVER } from '../../../src/runs/retention/retention-config.js';
import { retentionTroubles, RetentionWatch } from '../../../src/runs/retention/retention-watch.job.js';
import type { AlertRouting } from '../../../src/alerts/alert-routing.js';
import { NO_ROUTING } from '../../../src/alerts/alert-routing.js';
import { statusCommand } from '../../../src/runs/status.command.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, space } from '../fsck/company.js';
import { asSuperuser, plant } from '../fsck/planted-store.js';
import { unsound } from '../../support/unsound.js';
import { typed } from '../snapshots-views/command.js';
import { Ageing, ALL, DAYS, nothing } from './ageing.js';

const staying = [space(1, 'Global'), ...catalogue(), admin('boss', { 1: [1] })];
const HISTORY = [1, 2, 3, 4].map((day) => ({
  records: [...staying, admin(`temp${String(day)}`, { 1: [7] })],
}));

let database: TestDatabase;
let ageing: Ageing;
beforeEach(async () => {
  database = await freshDatabase();
  ageing = new Ageing(database.db, database.ownerUrl);
  await plant(database, 'hq', HISTORY);
});
afterEach(() => database.drop());

const sound = () => unsound(database.db);

/** A message of several sources, as it was sent. */
async function sent(kind: 'digest' | 'all-quiet', slot: string): Promise<string> {
  const [row] = await database.db.query<{ id: string }>(
    `insert into outbox (source, seq, channel, recipient, message_id, severity, subject, content, kind, state, slot)
     values ('*', 0, 'mail', 'a@example.com', gen_random_uuid()::text, 'low', 'Ann gained', '{"text":"Ann"}', $1, 'pending', $2) returning id::text`,
    [kind, slot],
  );
  await database.db.query(`update outbox set state = 'sent', ended_at = clock_timestamp() where id = $1`, [
    row?.id,
  ]);
  return row?.id ?? '';
}

/** A message of one source that a digest told, as old as its snapshot: the journal found it there. */
async function collected(seq: number, digest: string): Promise<void> {
  await asSuperuser(database, async (client) => {
    await client.query(
      `insert into outbox (source, seq, channel, recipient, message_id, severity, subject, content, kind, state, due_at, schedule, told_by, ended_at)
       select 'hq', seq, 'mail', 'a@example.com', gen_random_uuid()::text, 'low', 'x', '{"text":"x"}', 'alerts', 'collected', now(), '{}', $2, recorded_at
         from snapshot where source = 'hq' and seq = $1`,
      [seq, digest],
    );
    await client.query(`select journal_adopt('outbox', 'source id', 'holder lease_until due_at')`);
  });
}

const left = async (): Promise<string[]> =>
  (
    await database.db.query<{ kind: string; blank: boolean }>(
      `select kind, content is null as blank from outbox order by id`,
    )
  ).map(({ kind, blank }) => (blank ? `${kind}, blank` : kind));

describe('what belongs to no source', () => {
  it('goes by its age: digests once nothing of what they told is kept, and blank before', async () => {
    const digest = await sent('digest', '2026-03-01T07:00:00Z');
    await collected(2, digest);
    await collected(4, digest);
    await sent('all-quiet', '2026-03-02T07:00:00Z');
    await ageing.setClock(new Date('2020-01-01T00:00:00Z'));
    await ageing.retain().now('*', nothing);
    await ageing.grow(3);
    // the messages of snapshot 2 are old enough, those of 4 are not; of the store nothing is, to the day
    expect(await ageing.now()).toMatchObject({ removed: { outbox: 1 } });
    expect(await left()).toEqual(['digest, blank', 'alerts', 'all-quiet']);
    const outlook = await retentionOutlook(database.db, '*', ALL);
    expect(outlook).toMatchObject({
      source: '*',
      next: {},
      kinds: [{ kind: 'messages', inForce: DAYS }, { kind: 'log' }],
    });

    await ageing.setClock(new Date(Date.now() + (DAYS + 2) * 86_400_000));
    expect((await retentionOutlook(database.db, '*', ALL)).next).toMatchObject({ outbox: 1 });
    // the digest told of something that is still kept
    expect(await ageing.retain().now('*', nothing)).toMatchObject({ removed: { outbox: 1 } });
    expect(await left()).toEqual(['digest, blank', 'alerts']);
    expect(await sound()).toEqual([]);
    const [horizon] = await database.db.query('select kind, days from store_horizon');
    expect(horizon).toEqual({ kind: 'messages', days: DAYS });
  });

  it('keeps its log of runs as long as the log of actions, and the last that succeeded for ever', async () => {
    for (const day of [0, 8, 40, 200, 201]) {
      await ageing.setClock(new Date(Date.now() + day * 86_400_000));
      for (const source of ['hq', '*']) await ageing.retain({ batch: 1 }).now(source, nothing);
    }
    // the runs themselves are dated by the database: all of today, the last of each source stays
    const runs = await retentionRuns(database.db, undefined, 100);
    expect(runs.filter(({ source }) => source === 'hq').length).toBeLessThan(5);
    expect(runs.some(({ source, removed }) => source === '*' && (removed['retention_run'] ?? 0) > 0)).toBe(
      true,
    );
    expect(runs.some(({ source }) => source === 'hq')).toBe(true);
    expect(await sound()).toEqual([]);
  });

  it('stays while anything is on legal hold, whoever asks', async () => {
    await sent('all-quiet', '2026-03-02T07:00:00Z');
    await ageing.setClock(new Date());
    await ageing.retain().now('*', nothing);
    await ageing.setClock(new Date(Date.now() + (DAYS + 2) * 86_400_000));
    await database.db.query(`insert into legal_hold (source, reason, actor) values ('hq', 'case', 'me')`);
    expect((await retentionOutlook(database.db, '*', ALL)).next).toEqual({});
    await expect(database.db.query(`select delete_past_store('outbox', 10)`)).rejects.toThrow(
      'on legal hold',
    );
    expect(await left()).toEqual(['all-quiet']);
  });

  it('cannot be deleted by the application before its time, nor anything else of the store', async () => {
    await sent('all-quiet', '2026-03-02T07:00:00Z');
    expect(await database.db.query(`select delete_past_store('outbox', 10) as n`)).toEqual([{ n: 0 }]);
    await expect(database.db.query(`select delete_past_store('snapshot', 10)`)).rejects.toThrow(
      'ever deleted',
    );
    await expect(
      database.db.query(`insert into store_horizon (kind, before, days) values ('log', now(), 40)`),
    ).rejects.toThrow('permission denied');
  });

  it.each([
    `insert into store_horizon values ('log', now(), 100, now() + interval '101 days')`,
    `insert into store_horizon values ('messages', now() - interval '10 days', 100, now())`,
  ])('has fsck find a horizon that nobody stated, or that was too early: %s', async (corruption) => {
    await asSuperuser(database, (client) => client.query(corruption));
    expect((await sound()).join()).toContain('store-horizons');
  });
});

describe('a retention that fails', () => {
  const log = { error: jest.fn() };
  const routing: AlertRouting = NO_ROUTING;
  const watch = (config = ALL) => new RetentionWatch(database.db, config, ['hq'], routing, log);
  const told = async () =>
    (
      await database.db.query<{ source: string; seq: number; body: { why: string; store?: true } }>(
        `select source, seq, body from alert where kind = 'retention-failing' order by recorded_at, no`,
      )
    ).map(
      ({ source, seq, body }) => `${source} ${seq}${body.store ? ' store' : ''}: ${body.why.slice(0, 40)}`,
    );
  /** A run that ends at once, in a failure or, without words, well. */
  async function ended(source: string, error: string | null = null): Promise<void> {
    await database.db.query(
      `insert into retention_run (source, holder, lease_until) values ($1, 'a/1', now())`,
      [source],
    );
    await database.db.query(
      `update retention_run set ended_at = clock_timestamp(), error = $2 where source = $1 and ended_at is null`,
      [source, error],
    );
  }

  it('is told once, until it works again, and named by status', async () => {
    await watch().beat();
    expect(await told()).toEqual([]);
    await ended('hq', 'deadlock detected');
    await Promise.all([watch().beat(), watch().beat(), watch().beat()]);
    await watch(FOR_EVER).beat();
    expect(await told()).toEqual([expect.stringContaining('hq 4: retention of hq failed at 20')]);
    const troubles = await retentionTroubles(database.db, FOR_EVER);
    expect(troubles.get('hq')).toContain('deadlock detected');
    const status = await typed(database, statusCommand as never, '--json');
    expect(status.out).toContain('retention-failing');

    await ended('hq');
    expect([...(await retentionTroubles(database.db, ALL)).keys()]).toEqual([]);
    await ended('hq', 'again');
    await watch().beat();
    expect(await told()).toHaveLength(2);
    expect(log.error).not.toHaveBeenCalled();
  });

  it('of the store as a whole is told with its first source, beside that of the source', async () => {
    await ended('*', 'no');
    await ended('hq', 'neither');
    await watch().beat();
    await watch().beat();
    expect((await told()).map((one) => one.slice(0, 24)).sort()).toEqual([
      'hq 4 store: retention of',
      'hq 4: retention of hq fa',
    ]);
    expect(await sound()).toEqual([]);
  });

  it('of the store as a whole goes to whoever hears of all sources, and says so', async () => {
    const route = { severity: 'high', sources: null, scopes: null, kinds: null, hook: null } as const;
    const routes = [
      { ...route, sources: ['hq'], to: ['hq@example.com'] },
      { ...route, to: ['all@example.com'] },
    ];
    await ended('*', 'no');
    await new RetentionWatch(database.db, ALL, ['hq'], { ...NO_ROUTING, routes }, log).beat();
    const messages = await database.db.query(`select recipient, subject, content from outbox`);
    expect(messages).toEqual([
      {
        recipient: 'all@example.com',
        subject: '[Rolewatch] high: retention of the whole store fails (the whole store)',
        content: expect.objectContaining({
          text: expect.stringContaining('About the whole store, and no single source.'),
        }),
      },
    ]);
  });

  it('is also one that does not happen for two days, if anything is to be deleted', async () => {
    await asSuperuser(database, (client) =>
      client.query(`update source set created_at = now() - interval '49 hours'`),
    );
    await watch(FOR_EVER).beat();
    expect(await told()).toEqual([]);
    await watch().beat();
    expect(await told()).toHaveLength(2);
    expect((await told()).join()).toContain('has never run');
  });
});
