/** R1, R2, C1, and D1 for the service: replicas on one schedule, killed, stopped, out of time, and of different versions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { activate } from '../../src/findings/ruleset.store.js';
import { rulesetDigest } from '../../src/findings/judge.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { type Random, seeded } from '../medium/pipeline/mutators.js';
import { afterwards, SOUND } from './support/afterwards-database.js';
import { Cluster } from './support/cluster.js';
import { expectFakeClocksToWork, fakeClock } from './support/fake-clock.js';
import { describeWith } from './support/needs.js';
import { Replicas } from './support/replicas.js';
import { Site } from './support/site.js';
import { inLongTier, long, seed, times } from './support/tier.js';

jest.setTimeout(long ? 1_800_000 : 240_000);

let fresh: TestDatabase;
let site: Site;
let replicas: Replicas;

beforeEach(async () => {
  fresh = await freshDatabase();
  site = await Site.open(fresh);
  replicas = new Replicas(site);
});

afterEach(async () => {
  await replicas.killAll();
  await site.close();
  await fresh.drop();
});

const count = async (of: string): Promise<number> =>
  (await site.query<{ n: number }>(`SELECT count(*)::int AS n ${of}`))[0]?.n ?? -1;

/** Between two slots. */
const EVERY_SECONDS = 5;

const published = (): Promise<number> => count('FROM snapshot');

/** Every slot between the first and the last of a source is there, once. */
const gaps = (everySeconds: number): Promise<number> =>
  count(
    `FROM (SELECT count(*) AS slots, extract(epoch FROM max(due_at) - min(due_at)) / ${everySeconds} + 1 AS due
             FROM slot WHERE trigger = 'schedule' GROUP BY source) s WHERE slots <> due`,
  );

/** Faults of single replicas, one after the other, while people come and go. */
async function afflict(random: Random, faults: number): Promise<void> {
  for (let n = 0; n < faults; n++) {
    await sleep(200 + random.below(600));
    site.nextDay();
    const victim = random.pick([...replicas.running]);
    if (victim === undefined) throw new Error('no replica is running');
    if (random.chance(0.6)) {
      await replicas.kill(victim);
      await replicas.start();
    } else {
      victim.child.kill('SIGSTOP');
      // longer than its lease: it wakes up believing that its slot is still its own
      await sleep(random.chance(0.5) ? 3_500 : 500);
      victim.child.kill('SIGCONT');
    }
  }
}

/** Until what has passed is done, by whoever is left; then all end in order. */
async function settle(): Promise<void> {
  const before = await published();
  const passed = `FROM slot WHERE state IN ('due', 'leased') AND due_at < now() - interval '15 seconds'`;
  await replicas.until('the slots that have passed to end', async () => (await count(passed)) === 0);
  await replicas.until('another snapshot', async () => (await published()) > before);
  const ended = await replicas.stop();
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 0));
}

/** What the schedule still holds is not for the command line: nobody serves it any more. */
const endSchedule = () =>
  site.query(
    `UPDATE slot SET state = 'missed', why = 'the test is over', ended_at = now(), lease_until = NULL
      WHERE state = 'due' AND trigger = 'schedule'`,
  );

describe('replicas on one schedule', () => {
  inLongTier('publish each slot once and leave none out, killed and stopped at random', async () => {
    process.stderr.write(`ROLEWATCH_SEED=${seed}\n`);
    for (let n = 0; n < times(3, 8); n++) await replicas.start();
    await afflict(seeded(seed), times(4, 60));
    await settle();
    expect(await gaps(EVERY_SECONDS)).toBe(0);
    await endSchedule();
    expect(await afterwards(site)).toEqual(SOUND);
  });
});

describe('replicas and their database', () => {
  inLongTier('go on when PostgreSQL is killed under them, again and again', async () => {
    const random = seeded(seed);
    const cluster = await Cluster.create();
    const urls = { ownerUrl: cluster.url('rolewatch_owner'), appUrl: cluster.url('rolewatch_login') };
    const own = await Site.open(urls);
    const theirs = new Replicas(own);
    try {
      for (let n = 0; n < 2; n++) await theirs.start();
      for (let kill = 0; kill < times(2, 20); kill++) {
        own.nextDay();
        await sleep(1_000 + random.below(1_500));
        await cluster.crash();
        await sleep(random.below(1_500));
        await cluster.start();
      }
      // the next good snapshot is in without anybody's help
      const snapshots = async (): Promise<number> =>
        (await own.query<{ n: number }>('SELECT count(*)::int AS n FROM snapshot'))[0]?.n ?? 0;
      const before = await snapshots();
      // a lease of 3 seconds, a slot of 5, a pulse of 0.2, and a machine that may be busy
      await theirs.until('the next snapshot', async () => (await snapshots()) > before, 20);
      expect((await theirs.stop()).map(({ status }) => status)).toEqual([0, 0]);
      await own.query(
        `UPDATE slot SET state = 'missed', why = 'the test is over', ended_at = now(), lease_until = NULL WHERE state = 'due'`,
      );
      expect(await afterwards(own)).toEqual(SOUND);
    } finally {
      await theirs.killAll();
      await own.close();
      await cluster.destroy();
    }
  });
});

describe('two versions side by side', () => {
  inLongTier(
    'a process that cannot read the active ruleset reads and publishes, does not judge, and says so',
    async () => {
      expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
      const document = { rolewatch: 99, rules: [] };
      const newer = {
        digest: rulesetDigest(document),
        document,
        rules: [],
        judge: () => ({ violations: [], assessments: [] }),
      };
      await fresh.db.transaction((tx) =>
        activate(tx, newer, { actor: 'a newer version', reason: 'its rules' }),
      );
      const replica = await replicas.start();
      const before = await published();
      site.nextDay();
      await replicas.until('a snapshot', async () => (await published()) > before);
      expect(replica.said()).toMatch(
        /not judging: this program cannot read the active ruleset [0-9a-f]{12}: /,
      );
      expect(await count(`FROM judgement WHERE ruleset_digest = '${newer.digest}'`)).toBe(0);
      expect((await site.rolewatch('run')).said).toMatch(
        /Not judged: this program cannot read the active ruleset/,
      );
      // when the rules are such as it knows, it judges what it has published meanwhile
      expect(await site.rolewatch('rules', 'activate', '--reason', 'back to ours')).toMatchObject({
        status: 0,
      });
      await replicas.until('that it judges again', () => replica.said().includes('not judging: null'));
      await settle();
      await endSchedule();
      expect(await afterwards(site)).toEqual(SOUND);
    },
  );
});

/** What its clock does, as libfaketime is told. */
const CLOCKS = {
  'two hours ahead': '+2h',
  'two hours behind': '-2h',
  'twice as fast': '+0 x2',
  'half as fast': '+0 x0.5',
} as const;

describeWith(['faketime'])('clocks', () => {
  beforeAll(expectFakeClocksToWork);

  for (const [how, FAKETIME] of Object.entries(CLOCKS))
    inLongTier(`one of the replicas has a clock that is ${how}, and nothing depends on it`, async () => {
      await replicas.start({ env: fakeClock({ FAKETIME }) });
      await replicas.start();
      const before = new Date();
      for (let n = 1; n <= 6; n++) {
        site.nextDay();
        await replicas.until(`snapshot ${n}`, async () => (await published()) >= n);
      }
      await settle();
      expect(await gaps(EVERY_SECONDS)).toBe(0);
      const first = new Date(before.getTime() - 60_000).toISOString();
      const outside = (moment: string) =>
        `${moment} < '${first}' OR ${moment} > clock_timestamp() + interval '10 seconds'`;
      expect(await count(`FROM slot WHERE ${outside('due_at')}`)).toBe(0);
      expect(await count(`FROM observation WHERE ${outside('read_from')} OR ${outside('read_to')}`)).toBe(0);
      await endSchedule();
      expect(await afterwards(site)).toEqual(SOUND);
    });
});
