import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { Service } from '../../support/service.js';
import { until, within } from '../../support/waiting.js';
import { expectFakeClocksToWork, fakeClock } from '../support/fake-clock.js';
import { describeWith } from '../support/needs.js';
import { times } from '../support/tier.js';

jest.setTimeout(180_000);

let folder: string;
let clock: string;

/** What a process reads as the time of day from now on: `+7200`, in seconds. Its timers go on as before. */
const shift = (offset: string): void => writeFileSync(clock, offset);

const shifted = (): NodeJS.ProcessEnv => fakeClock({ FAKETIME_TIMESTAMP_FILE: clock });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolewatch-clock-'));
  clock = join(folder, 'clock');
});
afterAll(() => rmSync(folder, { recursive: true }));

let fresh: TestDatabase;
beforeEach(async () => {
  shift('+0');
  fresh = await freshDatabase();
});
afterEach(() => fresh.drop());

const count = async (what: string): Promise<number> => {
  const [row] = await fresh.db.query<{ n: number }>(`SELECT count(*)::int AS n ${what}`);
  return row?.n ?? -1;
};

describeWith(['faketime'])('a clock that jumps', () => {
  const replicas = new Set<ChildProcess>();

  beforeAll(expectFakeClocksToWork);
  afterEach(() => {
    for (const replica of replicas) replica.kill('SIGKILL');
  });

  async function replica(env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const here = join(__dirname, '../..');
    const child = spawn(
      process.execPath,
      [join(here, 'support/typescript.cjs'), join(here, 'e2e/replica.ts'), fresh.appUrl],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
    );
    replicas.add(child);
    child.once('exit', () => replicas.delete(child));
    await within('a replica that looks for work', once(child.stdout, 'data'));
    return child;
  }

  it('by hours, to and fro, in one of two processes: no slot is published twice, and none is left out', async () => {
    const both = [await replica(), await replica(shifted())];
    for (let jump = 0; jump < times(1, 20); jump++) {
      shift(['+7200', '-7200', '+0', '-86400'][jump % 4] ?? '+0');
      await sleep(2_000);
    }
    const holders = `FROM (SELECT DISTINCT holder FROM slot WHERE state = 'published') h`;
    await until('a snapshot by each of the two', async () => (await count(holders)) === 2);
    for (const child of both) {
      const exited = once(child, 'exit') as Promise<[number | null]>;
      child.kill('SIGTERM');
      const [code] = await within('the end of a replica', exited);
      expect(code).toBe(0);
    }
    // each by its own snapshot
    expect(
      await count(
        'FROM slot FULL JOIN snapshot n ON n.source = slot.source AND n.seq = slot.seq AND n.run_id = slot.run_id ' +
          `WHERE (slot.state = 'published') IS DISTINCT FROM (n.seq IS NOT NULL)`,
      ),
    ).toBe(0);
    expect(
      await count(
        `FROM (SELECT count(*) AS slots, extract(epoch FROM max(due_at) - min(due_at)) + 1 AS seconds
                 FROM slot WHERE trigger = 'schedule' GROUP BY source) s WHERE slots <> seconds`,
      ),
    ).toBe(0);
    // nothing lies where only the wrong clock has been
    expect(
      await count(
        `FROM slot WHERE due_at NOT BETWEEN now() - interval '10 minutes' AND now() + interval '10 minutes'`,
      ),
    ).toBe(0);
    expect(await count(`FROM run WHERE outcome = 'fenced'`)).toBe(0);
  });

  it('is told once in the log, and in health, and again when it is right', async () => {
    shift('+7200');
    const service = await Service.start({
      ...{ ownerUrl: fresh.ownerUrl, appUrl: fresh.appUrl, env: shifted() },
      sources: '  - { name: hq, kind: ivanti-epmm-files, folder: . }',
    });
    try {
      await service.says(/the clocks differ.*|.*ahead of the database/);
      expect(service.said).toMatch(/its clock is 7\d\d\d\.\d s ahead of the database's/);
      const { status, body } = await service.get('/health');
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ status: 'troubled', troubles: [{ code: 'clock-skew' }] });
      expect((await service.get('/health/ready')).status).toBe(200);
      expect((await service.get('/metrics')).body).toMatch(/^rolewatch_clock_ahead_seconds 7\d\d\d/m);
      shift('+0');
      await service.says(/the clocks agree again/);
      expect(service.said.match(/the clocks differ/g)).toHaveLength(1);
    } finally {
      await service.remove();
    }
  });
});
