/**
 * How a run's memory and time grow with the directory: a first read and an unchanged second one of SMALL and LARGE
 * directory users, each run a process of its own beside an embedded PostgreSQL.
 *   npm run bench:memory            10,000 against 1,000,000
 *   npm run bench:memory -- 1000 5000
 * Exit code 1 if the large run's peak exceeds the small one's by more than 60 MiB, or 512 MiB.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EpmmServer } from '../demo/estate/epmm-server.js';
import { Estate, GLOBAL } from '../demo/estate/estate.js';
import { openEmbedded } from '../src/platform/embedded-postgres/open-embedded.js';
import { type Measured, runOnce, say } from './measure.js';

const GROWTH_LIMIT_MIB = 60;
const LIMIT_MIB = 512;

const [small = 10_000, large = 1_000_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'rolewatch-bench-'));
const postgres = await openEmbedded({ dataDir: folder });
try {
  const peaks: number[] = [];
  for (const users of [small, large]) {
    const measured = await measure(users);
    peaks.push(Math.max(...measured.map(({ peakMiB }) => peakMiB)));
  }
  const [a = 0, b = 0] = peaks;
  const ok = b - a <= GROWTH_LIMIT_MIB && b <= LIMIT_MIB;
  say(
    `peak ${String(a)} MiB against ${String(b)} MiB: ${String(b - a)} MiB more (limit ${String(GROWTH_LIMIT_MIB)}) ${ok ? 'ok' : 'TOO MUCH'}`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure(users: number): Promise<Measured[]> {
  const estate = new Estate();
  estate.addAdmin({ userId: 'auditor' });
  estate.grantRole('auditor', GLOBAL, 1);
  estate.directory(users);
  const server = await EpmmServer.start(estate);
  const measured: Measured[] = [];
  for (const which of ['first read', 'unchanged']) {
    const result = await runOnce(folder, server, `bench-${String(users)}`);
    measured.push(result);
    say(`${String(users).padStart(9)} directory users, ${which}: ${JSON.stringify(result)}`);
  }
  await server.stop();
  return measured;
}
