/**
 * The most that a run can have to say: N admins who hold nearly every role, and are all in breach of the rules; then the
 * same unchanged; then each of them gains one more role. With the journal and without it (its triggers off, in a database of
 * its own), in one go, so that the ratio tells what the journal costs.
 *   npm run bench:holders           10,000 admins
 *   npm run bench:holders -- 50000
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EpmmServer } from '../demo/estate/epmm-server.js';
import { Estate, GLOBAL } from '../demo/estate/estate.js';
import { openDatabase } from '../src/platform/open-database.js';
import { openEmbedded } from '../src/platform/embedded-postgres/open-embedded.js';
import { type Measured, runOnce, say } from './measure.js';

const [holders = 10_000] = process.argv.slice(2).map(Number);
const bare = await measure('without the journal', false);
const kept = await measure('with the journal', true);
for (const [i, name] of ['first read', 'unchanged', 'all changed'].entries()) {
  const [a, b] = [bare[i]?.seconds ?? 0, kept[i]?.seconds ?? 0];
  say(`${name}: ${String(b)} s with the journal, ${String(a)} s without: ${(b / a).toFixed(2)} times`);
}

async function measure(which: string, journal: boolean): Promise<Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rolewatch-bench-'));
  const postgres = await openEmbedded({ dataDir: folder });
  const estate = estateOf(holders);
  const server = await EpmmServer.start(estate);
  try {
    await (await openDatabase({ dataDir: folder })).close();
    if (!journal) await withoutJournal(postgres.ownerUrl);
    const measured: Measured[] = [];
    for (const step of ['first read', 'unchanged', 'all changed']) {
      if (step === 'all changed')
        for (const { userId } of estate.admins())
          if (userId.startsWith('admin')) estate.grantRole(userId, GLOBAL, lastRole(estate));
      const result = await runOnce(folder, server, 'bench');
      measured.push(result);
      say(`${String(holders)} admins, ${which}, ${step}: ${JSON.stringify(result)}`);
    }
    return measured;
  } finally {
    await server.stop();
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function estateOf(count: number): Estate {
  const estate = new Estate();
  estate.addAdmin({ userId: 'auditor' });
  estate.grantRole('auditor', GLOBAL, 1);
  for (let n = 0; n < count; n++) {
    const userId = `admin${String(n)}`;
    estate.addAdmin({ userId });
    for (const { id } of estate.catalogue(GLOBAL).slice(0, -1)) estate.grantRole(userId, GLOBAL, id);
  }
  return estate;
}

function lastRole(estate: Estate): number {
  return estate.catalogue(GLOBAL).at(-1)?.id ?? 1;
}

async function withoutJournal(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ off: string }>(
    `SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) AS off
       FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid WHERE p.proname = 'journalled'`,
  );
  for (const { off } of rows) await owner.query(off);
  await owner.end();
}
