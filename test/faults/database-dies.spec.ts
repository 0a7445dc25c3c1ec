/** D1, D2: PostgreSQL is killed, ends sessions, or is not heard any more, at every stage of a run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../demo/estate/simulated-server.js';
import type { Stream } from '../../demo/estate/answers.js';
import { Database } from '../../src/platform/database.js';
import { databaseWords } from '../../src/platform/database-words.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { until, within } from '../support/waiting.js';
import { Cluster } from './support/cluster.js';
import { afterwards, falsehoods, SOUND } from './support/afterwards-database.js';
import { type Ended, Site } from './support/site.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { long, seed, times } from './support/tier.js';
import { StatementTap } from './support/statement-tap.js';

jest.setTimeout(long ? 1_200_000 : 180_000);

let cluster: Cluster;
let proxy: TcpProxy;
let tap: StatementTap;
let site: Site;

beforeAll(async () => {
  cluster = await Cluster.create();
  proxy = await TcpProxy.start({ port: cluster.port });
  tap = await StatementTap.start({ port: cluster.port });
  const urls = (port: number) => ({
    ownerUrl: cluster.url('rolewatch_owner', port),
    appUrl: cluster.url('rolewatch_login', port),
  });
  site = await Site.open(urls(tap.port), urls(cluster.port));
  const first = await site.rolewatch('run');
  if (first.status !== 0) throw new Error(first.said);
});

afterAll(async () => {
  await site.close();
  await tap.stop();
  await proxy.stop();
  await cluster.destroy();
});

/** A moment of a run, as the statement that it begins with. */
const MOMENTS: Readonly<Record<string, RegExp>> = {
  'its slot is claimed': /INSERT INTO run /,
  'a page is staged': /COPY stage_seen/,
  'publishing begins': /CREATE TEMP TABLE decision/,
  'a snapshot is written': /INSERT INTO snapshot/,
  'its slot is ended': /UPDATE slot SET state = 'published'/,
  'it is judged': /INSERT INTO judgement /,
  'a message is taken': /UPDATE outbox o SET state = 'sending'/,
  'a message is recorded as sent': /INSERT INTO outbox_attempt/,
};

/** What happens to PostgreSQL; afterwards it is there again. */
const FATES: Readonly<Record<string, () => Promise<unknown>>> = {
  'the server is killed': async () => {
    await cluster.crash();
    await cluster.start();
  },
  'its sessions are ended': () => cluster.terminateSessions(),
};

/** A command whose database went away ends with words for a person, or did not need it any more. */
function expectExplained({ status, said }: Ended): void {
  if (status === 1)
    expect(said).toMatch(/PostgreSQL (ended this: .+\. Nothing half done is kept|was restarted)/);
  else expect(status).toBe(0);
}

/** A day on which `strike` happens while somebody's run is under way. */
async function dayOf(strike: () => Promise<unknown>): Promise<Ended> {
  await site.leasesRunOut();
  site.nextDay();
  const struck = strike();
  const run = site.rolewatch('run');
  await within('the moment of the run at which something happens', struck);
  const ended = await run;
  site.server.heal();
  expectExplained(ended);
  return ended;
}

/** `act` happens while the source takes its time over a list, and no statement is under way. */
function whileWaitingFor(stream: Stream, space: string, act: () => Promise<unknown>): Promise<void> {
  return new Promise((done, failed) => {
    const fault: Fault = {
      name: 'while it is waited for',
      answer: (reply) => reply.gates.push(() => act().then(() => done(), failed)),
    };
    site.server.inject(fault, { stream, ...(space !== '' && { space }), from: 1, times: 1 });
  });
}

/** `act` happens when the publication is committed, whose answer is lost. */
function atCommit(act: () => Promise<unknown>): Promise<void> {
  return new Promise((done, failed) => {
    const next = async (): Promise<void> => void tap.after(/COMMIT/, act).then(done, failed);
    void tap.before(/UPDATE slot SET state = 'published'/, next);
  });
}

const snapshots = async (): Promise<number> =>
  (await site.query<{ n: number }>('SELECT count(*)::int AS n FROM snapshot'))[0]?.n ?? 0;

const fates = Object.entries(FATES);

// the short tier is content with the worst fate, at some of the stages
describe.each(fates.slice(0, times(1, fates.length)).map(([name, fate]) => ({ name, fate })))(
  '$name',
  ({ fate }) => {
    it('at each stage of a run', async () => {
      const moments = Object.values(MOMENTS).filter((_, at) => long || at % 3 === 0);
      for (const moment of moments) await dayOf(() => tap.before(moment, fate));
      expect(await afterwards(site)).toEqual(SOUND);
    });

    it('when a publication is committed and the answer is lost: it is published once', async () => {
      const before = await snapshots();
      await dayOf(() => atCommit(fate));
      expect(await snapshots()).toBe(before + 1);
      expect(await afterwards(site)).toEqual(SOUND);
    });

    it('while the source is waited for: what was read before is not forgotten unnoticed', async () => {
      const lists: readonly (readonly [Stream, string])[] = [
        ['roles', '3'],
        ['user_summary', '1'],
        ['device_spaces', ''],
      ];
      for (const [stream, space] of lists.slice(0, times(1, 3))) {
        const { status } = await dayOf(() => whileWaitingFor(stream, space, fate));
        // nobody may have noticed: then what is published is what is there
        if (status === 0) expect(await falsehoods(site)).toEqual([]);
      }
      expect(await afterwards(site)).toEqual(SOUND);
    });
  },
);

it('the server is killed at random moments of runs, again and again', async () => {
  process.stderr.write(`ROLEWATCH_SEED=${seed}\n`);
  const random = seeded(seed);
  for (let n = 0; n < times(1, 30); n++) {
    site.nextDay();
    const run = site.rolewatch('run');
    await sleep(random.below(900));
    await cluster.crash();
    await sleep(random.below(300));
    await cluster.start();
    expect([0, 1]).toContain((await run).status);
    await site.leasesRunOut();
  }
  expect(await afterwards(site)).toEqual(SOUND);
});

describe('connections', () => {
  it('that idle and are ended are replaced', async () => {
    const broken: Error[] = [];
    const db = new Database({ url: site.direct.appUrl, onIdleError: (error) => broken.push(error) });
    await Promise.all([1, 2, 3].map(() => db.query('SELECT pg_sleep(0.05)')));
    expect(await cluster.terminateSessions()).toBe(3);
    await until('three broken connections', () => broken.length >= 3);
    expect(await db.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await db.close();
  });

  it.each([
    [
      'are not heard any more',
      () => proxy.do({ way: 'both', after: { bytes: 0, then: 'silence' } }),
      () => proxy.calm(),
    ],
    ['lead to a server that stands still', () => cluster.freeze(), () => cluster.thaw()],
  ] as const)('that %s are given up in time, and the next ones are used', async (_, begin, end) => {
    const db = new Database({ url: cluster.url('rolewatch_login', proxy.port), queryTimeoutMs: 1_000 });
    await db.query('SELECT 1');
    await begin();
    const asked = performance.now();
    const failed = await db.transaction((tx) => tx.query('SELECT 1')).catch((error: unknown) => error);
    expect(databaseWords(failed)).toContain('did not answer in time');
    expect(performance.now() - asked).toBeLessThan(5_000);
    await end();
    expect(await db.transaction((tx) => tx.query('SELECT 2 AS n'))).toEqual([{ n: 2 }]);
    await db.close();
  });
});

it('is said when a snapshot waits to be judged because the one before it failed to be', async () => {
  site.nextDay();
  let struckAgain = Promise.resolve();
  const struck = tap.before(/INSERT INTO judgement /, () => {
    struckAgain = tap.before(/SET lease_until = NULL/, () => cluster.terminateSessions());
    return cluster.terminateSessions();
  });
  const run = await site.rolewatch('run');
  await within('the judgement at which sessions end', struck);
  await within('the word of it, at which they end again', struckAgain);
  expect(run.said).toMatch(/Not judged: PostgreSQL ended this/);
  const waiting = /judging snapshot \d+ failed and is tried again from .+ on, before any later one: /;
  expect((await site.rolewatch('run')).said).toMatch(waiting);
  expect(await site.rolewatch('check')).toMatchObject({
    status: 1,
    said: expect.stringMatching(waiting) as string,
  });
  expect(await afterwards(site)).toEqual(SOUND);
});
