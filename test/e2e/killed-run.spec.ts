import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EpmmServer } from '../../demo/estate/epmm-server.js';
import { hire, northwind, PEOPLE } from '../../demo/estate/northwind.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { untruths } from '../medium/pipeline/lists.js';
import { seeded } from '../medium/pipeline/mutators.js';

const BIN = join(import.meta.dirname, '../../bin/rolewatch.js');

// some fifteen processes one after the other, and a machine that may be busy with other tests
jest.setTimeout(300_000);

/** Replays the moments of the kills: KILL_SEED=n. More of them: KILLS=n. */
const SEED = Number(process.env['KILL_SEED'] ?? 1);
const KILLS = Number(process.env['KILLS'] ?? 6);

describe(`a run that is killed at random moments (KILL_SEED=${SEED})`, () => {
  let fresh: TestDatabase;
  let server: EpmmServer;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rolewatch-killed-'));
    fresh = await freshDatabase();
    server = await EpmmServer.start(northwind());
    writeFileSync(
      join(folder, 'rolewatch.yaml'),
      `sources:
  - name: hq
    kind: ivanti-epmm
    url: ${server.url}
    username: ${server.username}
    password: { env: HQ_PASSWORD }
    pageSize: 50
`,
    );
  });
  afterAll(async () => {
    await server.stop();
    await fresh.drop();
    rmSync(folder, { recursive: true });
  });

  function rolewatch(...argv: string[]) {
    const child = spawn(process.execPath, [BIN, ...argv], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        MIGRATE_DATABASE_URL: fresh.ownerUrl,
        DATABASE_URL: fresh.appUrl,
        ROLEWATCH_KEY: Buffer.alloc(32, 1).toString('base64'),
        HQ_PASSWORD: server.password,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    return { child, ended: once(child, 'close').then(() => ({ status: child.exitCode, said })) };
  }

  it('leaves a sound store each time, and the next run is right', async () => {
    const random = seeded(SEED);
    const began = performance.now();
    expect((await rolewatch('run', 'hq').ended).status).toBe(0);
    const whole = performance.now() - began;

    for (let kill = 0; kill < KILLS; kill++) {
      hire(server.estate, PEOPLE + kill);
      server.estate.growGroup(
        [...server.estate.ldap.listed()].find(({ type }) => type === 'GROUP')?.dn ?? '',
        1,
      );
      const { child, ended } = rolewatch('run', 'hq');
      await delay(whole * (0.2 + random.below(80) / 100));
      child.kill('SIGKILL');
      await ended;
      expect(await rolewatch('fsck').ended).toMatchObject({ status: 0 });
    }

    expect(await rolewatch('run', 'hq').ended).toMatchObject({ status: 0 });
    expect(await untruths(fresh.db, server.estate)).toEqual([]);
    expect(await rolewatch('fsck').ended).toMatchObject({ status: 0 });
    // the killed runs ended too: each of their slots has its state, and none is waited for
    const open = await fresh.db.query(`select due_at from slot where state in ('due', 'leased')`);
    expect(open).toEqual([]);
    const [left] = await fresh.db.query('select count(*)::int as rows from stage_seen');
    expect(left).toEqual({ rows: 0 });
  });
});
