import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/waiting.js';

// a minute of faults, and a machine that may be busy with other tests
jest.setTimeout(180_000);

let fresh: TestDatabase;
const replicas = new Set<ChildProcess>();

beforeEach(async () => {
  fresh = await freshDatabase();
});

afterEach(async () => {
  await Promise.all([...replicas].map(kill));
  await fresh.drop();
});

async function start(): Promise<ChildProcess> {
  const replica = spawn(
    process.execPath,
    [join(__dirname, '../support/typescript.cjs'), join(__dirname, 'replica.ts'), fresh.appUrl],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  replicas.add(replica);
  replica.once('exit', () => replicas.delete(replica));
  const died = once(replica, 'exit').then(() => Promise.reject(new Error('a replica did not start')));
  await Promise.race([once(replica.stdout, 'data'), died]);
  died.catch(() => undefined);
  return replica;
}

async function kill(replica: ChildProcess): Promise<void> {
  await end(replica, 'SIGKILL');
}

async function end(replica: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (replica.exitCode !== null || replica.signalCode !== null) return replica.exitCode;
  const exited = once(replica, 'exit') as Promise<[number | null]>;
  replica.kill(signal);
  const [code] = await exited;
  return code;
}

/** A small seeded generator, so that a failing order of faults can be played again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const count = async (what: string): Promise<number> => {
  const [row] = await fresh.db.query<{ n: number }>(`SELECT count(*)::int AS n ${what}`);
  return row?.n ?? -1;
};

/** What must hold in the database at any moment, in whatever state the processes are. */
async function expectLawful(): Promise<void> {
  // one publish per slot, and one slot per snapshot
  expect(
    await count(
      `FROM slot FULL JOIN snapshot n ON n.source = slot.source AND n.seq = slot.seq AND n.run_id = slot.run_id
        WHERE (slot.state = 'published') IS DISTINCT FROM (n.seq IS NOT NULL)`,
    ),
  ).toBe(0);
  expect(
    await count('FROM (SELECT 1 FROM slot WHERE seq IS NOT NULL GROUP BY source, seq HAVING count(*) > 1) d'),
  ).toBe(0);
  // snapshots follow each other without a gap
  expect(
    await count('FROM source s WHERE last_seq <> (SELECT count(*) FROM snapshot WHERE source = s.name)'),
  ).toBe(0);
  // a slot that failed or was missed says why, one that ended has no lease
  expect(await count(`FROM slot WHERE state IN ('failed', 'missed') AND why IS NULL`)).toBe(0);
  expect(
    await count(`FROM slot WHERE state IN ('published', 'failed', 'missed') AND lease_until IS NOT NULL`),
  ).toBe(0);
}

/** Every second between the first and the last slot of a source is a slot. */
async function expectNoGap(): Promise<void> {
  expect(
    await count(
      `FROM (SELECT source, count(*) AS slots, extract(epoch FROM max(due_at) - min(due_at)) + 1 AS seconds
               FROM slot WHERE trigger = 'schedule' GROUP BY source) s WHERE slots <> seconds`,
    ),
  ).toBe(0);
}

describe('replicas on one schedule', () => {
  it('publish each slot at most once and leave none without a state, killed and stopped at random', async () => {
    const seed = Number(process.env['ROLEWATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`ROLEWATCH_SEED=${String(seed)}\n`);
    const roll = dice(seed);
    for (let n = 0; n < 3; n++) await start();
    for (let fault = 0; fault < 12; fault++) {
      await sleep(200 + roll(500));
      const victim = [...replicas][roll(replicas.size)];
      if (victim === undefined) continue;
      if (roll(3) > 0) {
        await kill(victim);
        await start();
      } else {
        // longer than its lease: it wakes up believing that the slot is still its own
        victim.kill('SIGSTOP');
        await sleep(2_000);
        victim.kill('SIGCONT');
      }
      await expectLawful();
    }
    const codes = await Promise.all([...replicas].map((replica) => end(replica, 'SIGTERM')));
    expect(codes).toEqual(codes.map(() => 0));
    await expectLawful();
    // whoever comes next finds what the dead have left, and ends it
    const last = await start();
    const passed = `FROM slot WHERE state IN ('due', 'leased') AND due_at < now() - interval '10 seconds'`;
    await until('every slot that has passed to end', async () => (await count(passed)) === 0);
    await until('a snapshot', async () => (await count(`FROM slot WHERE state = 'published'`)) > 0);
    expect(await end(last, 'SIGTERM')).toBe(0);
    await expectLawful();
    await expectNoGap();
    expect(await count('FROM snapshot')).toBeGreaterThan(0);
  });

  it('records what passed while none was running', async () => {
    const first = await start();
    await until('three snapshots', async () => (await count('FROM snapshot')) >= 3);
    await kill(first);
    await sleep(3_000);
    const second = await start();
    const missed = `FROM slot WHERE state = 'missed' AND why = 'no process that reads it looked for work'`;
    await until('missed slots', async () => (await count(missed)) > 0);
    expect(await end(second, 'SIGTERM')).toBe(0);
    await expectNoGap();
    await expectLawful();
  });
});
