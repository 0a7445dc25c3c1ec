/** P1, P2: a process of the product is killed at every write, asked to stop, stopped for long, blocked, or fails inside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seeded } from '../medium/pipeline/mutators.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { afterwards, SOUND } from './support/afterwards-database.js';
import { describeWith } from './support/needs.js';
import { Site, type Started } from './support/site.js';
import { StatementTap } from './support/statement-tap.js';
import { until } from '../support/waiting.js';
import { long, seed, times } from './support/tier.js';

/** A run is killed at so many of its writes; ROLEWATCH_POINTS asks for another number, and Infinity for all of them. */
const POINTS = Number(process.env['ROLEWATCH_POINTS'] ?? times(3, 40));

jest.setTimeout(POINTS > 100 ? 6 * 3_600_000 : long ? 1_200_000 : 240_000);

let fresh: TestDatabase;
let tap: StatementTap;
let site: Site;

beforeAll(async () => {
  fresh = await freshDatabase();
  tap = await StatementTap.start({ port: Number(new URL(fresh.ownerUrl).port) });
  const through = (url: string): string => Object.assign(new URL(url), { port: String(tap.port) }).href;
  site = await Site.open(
    { ownerUrl: through(fresh.ownerUrl), appUrl: through(fresh.appUrl) },
    { ownerUrl: fresh.ownerUrl, appUrl: fresh.appUrl },
  );
  const first = await site.rolewatch('run');
  if (first.status !== 0) throw new Error(first.said);
});

afterAll(async () => {
  await site.close();
  await tap.stop();
  await fresh.drop();
});

/** What goes into sockets and pipes; `write` is also how threads wake each other. */
const CALLS = ['writev', 'write'] as const;

interface Write {
  readonly call: (typeof CALLS)[number];
  /** Of those with the same call, whatever they write to: strace counts so. */
  readonly nth: number;
}

/** One of each of as many equal parts. */
function drawn(writes: readonly Write[], points: number, random: Random): Write[] {
  const begin = (part: number): number => Math.floor((part * writes.length) / points);
  const parts = Array.from({ length: points }, (_, part) => writes.slice(begin(part), begin(part + 1)));
  return parts.flatMap((part) => random.pick(part) ?? []);
}

describeWith(['strace'])('killed at a write', () => {
  const STRACE = ['strace', '-f', '-y', '-qq', '-e', `trace=${CALLS.join()}`];
  const traced = (options: readonly string[]): Started => site.spawn(['run'], [...STRACE, ...options]);

  /** What the main thread of a whole run writes: to PostgreSQL, to the source, to the mail server, to the terminal. */
  async function writesOfARun(): Promise<Write[]> {
    const file = join(site.folder, 'writes');
    site.nextDay();
    const { status, said } = await traced(['-o', file]).ended;
    if (status !== 0) throw new Error(said);
    const lines = readFileSync(file, 'utf8').split('\n');
    const main = lines[0]?.split(' ')[0] ?? '';
    const begun = new RegExp(`^${main} +(${CALLS.join('|')})\\(\\d+<(\\w+)`);
    const soFar = { writev: 0, write: 0 };
    return lines.flatMap((line) => {
      const [, call, to = ''] = begun.exec(line) ?? [];
      if (call !== 'writev' && call !== 'write') return [];
      const nth = ++soFar[call];
      return ['socket', 'pipe'].includes(to) ? [{ call, nth }] : [];
    });
  }

  it('leaves a sound store, and the next run is right', async () => {
    const writes = await writesOfARun();
    const points = drawn(writes, Math.min(POINTS, writes.length), seeded(seed));
    process.stderr.write(
      `ROLEWATCH_SEED=${seed}: a run writes ${writes.length} times, killed at ${points.length}\n`,
    );
    let killed = 0;
    for (const { call, nth } of points) {
      site.nextDay();
      const inject = `inject=${call}:signal=KILL:when=${nth}`;
      const { status, signal, said } = await traced(['-o', '/dev/null', '-e', inject]).ended;
      // how often a run writes differs with what happens at the same time: it may come through
      if (signal === 'SIGKILL') killed += 1;
      else expect({ call, nth, status, said }).toMatchObject({ status: 0 });
      await site.leasesRunOut();
      const fsck = await site.rolewatch('fsck');
      expect({ call, nth, ...fsck }).toMatchObject({ status: 0 });
    }
    process.stderr.write(`${killed} of ${points.length} were killed, the others had ended before\n`);
    expect(killed).toBeGreaterThanOrEqual(points.length / 3);
    expect(await afterwards(site)).toEqual(SOUND);
  });
});

/** A moment of a run, as the statement that it begins with. */
const MOMENTS: readonly RegExp[] = [
  /COPY stage_seen/,
  /CREATE TEMP TABLE decision/,
  /INSERT INTO judgement /,
  /UPDATE outbox o SET state = 'sending'/,
  /INSERT INTO run /,
  /INSERT INTO snapshot/,
  /UPDATE slot SET state = 'published'/,
  /INSERT INTO outbox_attempt/,
];

/** Starts a command and does something to it at a moment of its run. */
async function at(
  moment: RegExp,
  argv: readonly string[],
  act: (started: Started) => Promise<unknown>,
  env = {},
): Promise<Started> {
  site.nextDay();
  const arrived = new Promise<Started>((begun) => {
    void tap.before(moment, async () => act(await running)).then(async () => begun(await running));
  });
  const mishaps = { NODE_OPTIONS: `--require ${join(__dirname, 'support/mishaps.cjs')}`, ...env };
  const running = Promise.resolve(site.spawn(argv, [], mishaps));
  const ended = running
    .then((started) => started.ended)
    .then(({ status, said }) =>
      Promise.reject(new Error(`it ended too early, with ${String(status)}: ${said}`)),
    );
  ended.catch(() => undefined);
  return Promise.race([arrived, ended]);
}

const seconds = async (until: Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await until;
  return (performance.now() - began) / 1_000;
};

describe('asked to stop', () => {
  it('a run ends in time, says so, and what it did not finish is recorded', async () => {
    for (const moment of MOMENTS.slice(0, times(1, MOMENTS.length))) {
      const { ended } = await at(moment, ['run'], async ({ child }) => child.kill('SIGTERM'));
      expect(await seconds(ended)).toBeLessThan(20);
      const { status, said } = await ended;
      expect([0, 143]).toContain(status);
      if (status === 143) expect(said).toMatch(/interrupted/);
    }
    expect(await afterwards(site)).toEqual(SOUND);
  });

  /** A slot of the last full hour is due, as a process saw it before. */
  async function dueSlot(): Promise<void> {
    await site.query(
      `INSERT INTO slot (source, due_at, trigger, created_at)
       VALUES ('hq', date_trunc('hour', now()), 'schedule', date_trunc('hour', now()) - interval '1 hour')
       ON CONFLICT (source, due_at) DO NOTHING`,
    );
  }

  const open = () =>
    site.query(`SELECT FROM slot WHERE state IN ('due', 'leased') AND due_at < clock_timestamp()`);

  it('the service ends in time with 0, and whoever comes next reads what it gave back', async () => {
    site.configure({ schedule: '0 * * * *' });
    await dueSlot();
    const { ended } = await at(/COPY stage_seen/, ['serve'], async ({ child }) => child.kill('SIGTERM'));
    expect(await seconds(ended)).toBeLessThan(20);
    expect(await ended).toMatchObject({ status: 0 });
    const next = site.spawn(['serve'], [], { LOG_LEVEL: 'info' });
    await until('a service that listens', () => next.said().includes('listening'), 60, next.said);
    await until('every slot that is due to be read', async () => (await open()).length === 0, 60, next.said);
    next.child.kill('SIGTERM');
    expect(await next.ended).toMatchObject({ status: 0 });
    site.configure({});
    expect(await afterwards(site)).toEqual(SOUND);
  });
});

describe('away for longer than its lease', () => {
  it.each([
    ['stopped', 'SIGSTOP', 'SIGCONT'],
    ['blocked inside', 'SIGUSR2', null],
  ] as const)('%s, a run is fenced: who took over has published', async (_, begin, end) => {
    const { child, ended } = await at(/COPY stage_seen/, ['run'], async (started) => {
      started.child.kill(begin);
      await sleep(100);
    });
    await site.leasesRunOut();
    expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
    if (end !== null) child.kill(end);
    const { status, said } = await ended;
    expect(status).toBe(1);
    expect(said).toMatch(/no longer this run's: its lease ran out and it was taken over|its lease was lost/);
    expect(await afterwards(site)).toEqual(SOUND);
  });
});

describe('a fault of its own', () => {
  it('that nobody waits for ends the process with 1, and the next run takes over at once', async () => {
    const fails = async ({ child }: Started): Promise<void> => void child.kill('SIGUSR2');
    const { ended } = await at(/COPY stage_seen/, ['run'], fails, { MISHAP: 'rejection' });
    const { status, said } = await ended;
    expect(status).toBe(1);
    expect(said).toMatch(/nobody waits for this/);
    // no lease is waited for: the process is gone
    expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
    expect(await afterwards(site)).toEqual(SOUND);
  });
});
