import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAlone } from '../../../src/platform/connect.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import { retentionRuns } from '../../../src/runs/retention/retention.view.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { NO_RULES } from '../../support/no-rules.js';
import { admin, catalogue, space } from '../fsck/company.js';
import { plant } from '../fsck/planted-store.js';
import { Ageing, nothing } from './ageing.js';

const staying = [space(1, 'Global'), ...catalogue(), admin('boss', { 1: [1] })];
const many = Array.from({ length: 30 }, (_, n) => admin(`temp${String(n)}`, { 1: [7] }));
const HISTORY = [
  ...[
    { records: [...staying, ...many] },
    { records: staying },
    { records: [...staying, ...many.slice(0, 9)] },
  ],
  ...[{ records: staying }, { records: staying }],
];
const COUNTED = ['record', 'grant_', 'bucket', 'change', 'observation', 'slot', 'run'];

describe('a night that is killed in the middle (SIGKILL)', () => {
  let database: TestDatabase;
  let twin: TestDatabase;
  let ageing: Ageing;
  let straight: Ageing;
  beforeEach(async () => {
    [database, twin] = [await freshDatabase(), await freshDatabase()];
    [ageing, straight] = [database, twin].map((one) => new Ageing(one.db, one.ownerUrl)) as [Ageing, Ageing];
    for (const one of [database, twin]) await plant(one, 'hq', HISTORY);
  });
  afterEach(async () => {
    await database.drop();
    await twin.drop();
  });

  /** Killed while it waits for a table that is locked against it: whatever it had begun there is not committed. */
  async function killedAt(table: string): Promise<void> {
    const owner = await connectAlone(database.ownerUrl);
    try {
      await owner.query('begin');
      await owner.query(`lock table ${table} in share mode`);
      const child = spawn(
        process.execPath,
        [join(__dirname, '../../support/typescript.cjs'), join(__dirname, 'night.ts'), database.appUrl],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
      const ended = once(child, 'close');
      await waitsFor(child);
      child.kill('SIGKILL');
      await ended;
      // the server learns of it when it next speaks to the client: it is made to, as keep-alives would
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      await owner.query('rollback');
    } finally {
      await owner.end();
    }
  }

  async function waitsFor(child: ChildProcess): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`it ended by itself: ${String(child.exitCode)}`);
      const [waiting] = await database.db.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (waiting !== undefined && waiting.n > 0) return;
      await sleep(50);
    }
  }

  const sound = async (): Promise<string[]> => {
    const { checks } = await fsck(database.db, {
      rulebook: NO_RULES,
      signal: nothing,
      progress: () => undefined,
    });
    return checks.filter(({ bad }) => bad > 0).map((check) => JSON.stringify(check));
  };
  const counts = async (of: Ageing) =>
    Promise.all(COUNTED.map(async (table) => [table, await of.count(table)]));

  it.each(['change', 'bucket', 'observation', 'run'])(
    'while it is at %s: nothing is half done, and the next one finishes',
    async (table) => {
      await straight.grow(4);
      await straight.retain({ batch: 3 }).tonight(nothing);
      await ageing.grow(4);
      await killedAt(table);

      expect(await sound()).toEqual([]);
      const [open] = await retentionRuns(database.db, ['hq'], 1);
      expect(open?.endedAt).toBeUndefined();
      expect(Object.keys(open?.removed ?? {})).not.toContain(table);
      // its lease has run out by the next look
      await database.db.query(
        `update retention_run set lease_until = now() - interval '1 second' where ended_at is null`,
      );

      const done = await ageing.retain({ batch: 3 }).tonight(nothing);
      expect(done.map(({ source, error }) => [source, error])).toEqual([['hq', undefined]]);
      expect(await counts(ageing)).toEqual(await counts(straight));
      const [run] = await retentionRuns(database.db, ['hq'], 1);
      const [other] = await retentionRuns(twin.db, ['hq'], 1);
      expect(run).toMatchObject({ endedAt: expect.any(String), removed: other?.removed });
      expect(await sound()).toEqual([]);
    },
    60_000,
  );
});
