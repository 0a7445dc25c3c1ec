/** D3 to D5: the disk of PostgreSQL is full, its standby takes over, it has no room for more. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAlone } from '../../src/platform/connect.js';
import { Database } from '../../src/platform/database.js';
import { until, within } from '../support/waiting.js';
import { addPerson, OFFICE } from '../medium/pipeline/village.js';
import { afterwards, SOUND } from './support/afterwards-database.js';
import { Cluster } from './support/cluster.js';
import { describeWith } from './support/needs.js';
import { Site } from './support/site.js';
import { StatementTap } from './support/statement-tap.js';
import { inLongTier, long, times } from './support/tier.js';

jest.setTimeout(long ? 1_200_000 : 240_000);

const addresses = (cluster: Cluster, port = cluster.port) => ({
  ownerUrl: cluster.url('rolewatch_owner', port),
  appUrl: cluster.url('rolewatch_login', port),
});

describeWith(['mount'])('a disk that is full', () => {
  it('ends runs in words, and when it has grown the next one is right', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolewatch-small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', folder]);
    const cluster = await Cluster.create({ folder, settings: { max_wal_size: '48MB', wal_keep_size: '0' } });
    const site = await Site.open(addresses(cluster));
    try {
      expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
      for (let round = 0; round < times(1, 12); round++) {
        site.nextDay();
        for (let n = 0; n < 400; n++) addPerson(site.estate, `Round${round}No${n}`, OFFICE);
        // a little is left, and more each time: another statement is the first that finds no room
        const filler = join(folder, 'filler');
        fill(folder, filler, 8 * round);
        const { status, said } = await site.rolewatch('run');
        expect(status).toBe(1);
        expect(said).toMatch(/PostgreSQL (ended this|at .* cannot be used|was restarted)|its disk is full/);
        rmSync(filler);
        if (!cluster.running) await cluster.start();
        await untilReady(cluster);
        await site.leasesRunOut();
        expect(await site.rolewatch('fsck')).toMatchObject({ status: 0 });
      }
      execFileSync('mount', ['-o', 'remount,size=400m', folder]);
      expect(await afterwards(site)).toEqual(SOUND);
    } finally {
      await site.close();
      await cluster.stop();
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    }
  });

  /** Everything but so many KiB is taken. */
  function fill(folder: string, file: string, leftKiB: number): void {
    const free = Number(execFileSync('df', ['--output=avail', '-k', folder]).toString().split('\n')[1]);
    writeFileSync(file, Buffer.alloc(Math.max(0, free - leftKiB) * 1024, 1));
  }

  /** It may have had to recover. */
  function untilReady(cluster: Cluster): Promise<void> {
    const answers = (): Promise<boolean> => cluster.sql('SELECT 1').then(() => true, () => false); // prettier-ignore
    return until('a server that answers', answers, 60, () => cluster.log.slice(-2_000));
  }
});

describe('a standby that takes over', () => {
  interface Reported {
    readonly seq: number;
    readonly digest: string;
  }

  /** Runs, then the primary dies and the standby takes over. @returns what was reported as published */
  async function failOver(
    synchronous: boolean,
    runs: number,
  ): Promise<{ site: Site; reported: Reported[]; lost: number; close: () => Promise<void> }> {
    const primary = await Cluster.create();
    const standby = await primary.standby(synchronous ? 'sync' : 'async');
    const tap = await StatementTap.start({ port: primary.port });
    if (synchronous) {
      await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
      await primary.sql('SELECT pg_reload_conf()');
      await sleep(300);
    }
    const site = await Site.open(addresses(standby, tap.port), addresses(standby));
    const close = async (): Promise<void> => {
      await site.close();
      await tap.stop();
      await primary.destroy();
      await standby.destroy();
    };
    const takeOver = async (): Promise<void> => {
      await primary.crash();
      await standby.promote();
      tap.leadTo(standby.port);
    };
    try {
      const reported: Reported[] = [];
      for (let n = 1; n <= runs; n++) {
        site.nextDay();
        // what is asynchronous lags behind, as it may; the last run is under way when it happens
        if (n === runs - 1 && !synchronous) await standby.unfollow();
        const run = site.rolewatch('run', '--json');
        const taken = n === runs ? sleep(700).then(takeOver) : undefined;
        const { status, answer } = await run;
        await taken;
        if (status === 0) reported.push((JSON.parse(answer) as { runs: { snapshot: Reported }[] }).runs[0]!.snapshot); // prettier-ignore
      }
      const there = await site.query<Reported>(`SELECT seq, encode(digest, 'hex') AS digest FROM snapshot`);
      const lost = reported.filter(({ seq, digest }) => !there.some((one) => one.seq === seq && one.digest === digest)); // prettier-ignore
      return { site, reported, lost: lost.length, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  inLongTier('synchronously: every snapshot reported is there, and the product goes on', async () => {
    for (let n = 0; n < times(1, 5); n++) {
      const { site, reported, lost, close } = await failOver(true, times(3, 6));
      try {
        expect(reported.length).toBeGreaterThanOrEqual(2);
        expect(lost).toBe(0);
        expect(await afterwards(site)).toEqual(SOUND);
      } finally {
        await close();
      }
    }
  });

  inLongTier(
    'asynchronously: the last snapshots are lost; what is there is sound, and the product goes on',
    async () => {
      const { site, reported, lost, close } = await failOver(false, times(4, 8));
      try {
        process.stderr.write(`asynchronous standby: ${lost} of ${reported.length} reported snapshots lost\n`);
        // only what the standby had not received
        expect([1, 2]).toContain(lost);
        expect(await afterwards(site)).toEqual(SOUND);
      } finally {
        await close();
      }
    },
  );
});

describe('no room for more', () => {
  let cluster: Cluster;
  let site: Site;

  beforeAll(async () => {
    cluster = await Cluster.create({ settings: { deadlock_timeout: '200ms' } });
    site = await Site.open(addresses(cluster));
    const first = await site.rolewatch('run');
    if (first.status !== 0) throw new Error(first.said);
  });
  afterAll(async () => {
    await site.close();
    await cluster.destroy();
  });

  it('a server without a connection left is told as such', async () => {
    await cluster.sql('ALTER ROLE rolewatch_login CONNECTION LIMIT 1');
    await cluster.sql('ALTER ROLE rolewatch_owner CONNECTION LIMIT 1');
    const taken = await Promise.all([connectAlone(site.direct.appUrl), connectAlone(site.direct.ownerUrl)]);
    site.nextDay();
    const { status, said } = await site.rolewatch('run');
    await Promise.all(taken.map((session) => session.end()));
    await cluster.sql('ALTER ROLE rolewatch_login CONNECTION LIMIT -1');
    await cluster.sql('ALTER ROLE rolewatch_owner CONNECTION LIMIT -1');
    expect(status).toBe(1);
    expect(said).toMatch(/cannot be used: the server has no connection left/);
    expect(await afterwards(site)).toEqual(SOUND);
  });

  it('a pool that is exhausted makes others wait, and lets them go on', async () => {
    const db = new Database({ url: site.direct.appUrl, maxConnections: 2 });
    const work = Array.from({ length: 40 }, (_, n) =>
      db.transaction(async (tx) => tx.query<{ n: number }>('SELECT $1::int AS n, pg_sleep(0.02)', [n])),
    );
    expect((await Promise.all(work)).map(([row]) => row?.n)).toEqual(work.map((_, n) => n));
    await db.close();
  });

  it('a statement that takes too long for the server ends the run in words', async () => {
    await cluster.sql(`ALTER ROLE rolewatch_login SET statement_timeout = '1ms'`);
    site.nextDay();
    const { status, said } = await site.rolewatch('run');
    await cluster.sql('ALTER ROLE rolewatch_login RESET statement_timeout');
    expect(status).toBe(1);
    // as soon as it connects, or later
    expect(said).toMatch(
      /PostgreSQL .*(ended this|cannot be used): a statement took longer than the server allows/,
    );
    expect(await afterwards(site)).toEqual(SOUND);
  });

  it('a deadlock costs one of the two, in words, and nothing is left of it', async () => {
    const other = await connectAlone(site.direct.ownerUrl);
    const tap = await StatementTap.start({ port: cluster.port });
    const through = await Site.open(addresses(cluster, tap.port), site.direct);
    try {
      through.server.estate.addAdmin({ userId: 'x' });
      await other.query('BEGIN');
      let victim: unknown = null;
      const met = tap.before(/SELECT last_seq FROM source WHERE name = \$1 FOR UPDATE\0/, async () => {
        await other.query(`SELECT FROM source WHERE name = 'hq' FOR UPDATE`);
        // it waits for the slot, which the publication holds, and the publication for the source
        setTimeout(() => {
          other
            .query(`SELECT FROM slot WHERE source = 'hq' AND state = 'leased' FOR UPDATE`)
            .catch((error: unknown) => (victim = error))
            .finally(() => void other.query('ROLLBACK'));
        }, 50);
      });
      const run = through.rolewatch('run');
      await within('the publication at which a deadlock arises', met);
      const ended = await run;
      if (victim === null) {
        expect(ended.status).toBe(1);
        expect(ended.said).toMatch(/PostgreSQL ended this: .*deadlock/);
      } else expect(ended.status).toBe(0);
    } finally {
      await other.end();
      await through.close();
      await tap.stop();
    }
    await site.leasesRunOut();
    expect(await site.rolewatch('fsck')).toMatchObject({ status: 0 });
  });
});
