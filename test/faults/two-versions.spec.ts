/** R2: two versions of the program on one database, as while one is being exchanged for the other. */
import { join } from 'node:path';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { until, within } from '../support/waiting.js';
import { OtherVersion } from './support/other-version.js';
import { Site, type Started } from './support/site.js';
import { inLongTier } from './support/tier.js';

const OURS = join(__dirname, '../../bin/rolewatch.js');
const NEWER = '29990101000000_of_tomorrow';
/** A beat of the pulse, and what a busy machine adds to it. */
const BEAT_S = 30;

let database: TestDatabase;
let site: Site;
let other: OtherVersion;
const serving: Started[] = [];

beforeEach(async () => {
  database = await freshDatabase();
  site = await Site.open(database);
  other = new OtherVersion('99.0.0');
});
afterEach(async () => {
  for (const { child, ended } of serving.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  other.remove();
  await site.close();
  await database.drop();
});

describe('a newer one that migrates', () => {
  /** Returns once it answers. */
  async function serve(bin: string): Promise<Started> {
    const started = site.start([process.execPath, bin, 'serve', '--config', site.configFile], {
      LOG_LEVEL: 'info',
    });
    serving.push(started);
    await until(
      'a service that listens',
      () => started.said().includes('"msg":"listening"'),
      60,
      () => started.said(),
    );
    return started;
  }

  async function ready(service: Started): Promise<{ status: number; body: string }> {
    const address = /"address":"([^"]+)"/.exec(service.said())?.[1] ?? '';
    const answer = await fetch(`${address}/health/ready`);
    return { status: answer.status, body: await answer.text() };
  }

  const slots = (state: string) =>
    site.query<{ holder: string; at: Date }>(
      `SELECT holder, due_at AS at FROM slot WHERE state = $1 AND due_at <= now() ORDER BY due_at`,
      [state],
    );
  const published = (n: number): Promise<void> =>
    until(`${n} snapshots`, async () => (await slots('published')).length >= n, 90 + BEAT_S);
  const pidOf = ({ child }: Started): string => `/${String(child.pid)}/`;

  inLongTier(
    'takes over: the older one is not ready, begins nothing, and no slot is lost or doubled',
    async () => {
      site.configure({ schedule: '* * * * *' });
      const older = await serve(OURS);
      await published(1);
      expect(await ready(older)).toMatchObject({ status: 200 });

      other.knows(NEWER, 'ALTER TABLE snapshot ADD COLUMN of_tomorrow text;');
      site.nextDay();
      const newer = await serve(other.bin);
      expect(await ready(older)).toEqual({
        status: 503,
        body: '{"status":"unavailable","why":["schema-newer"]}',
      });
      expect(await ready(newer)).toMatchObject({ status: 200 });
      await until('the older one to say so', () => older.said().includes('takes no more work'), BEAT_S);
      const since = (await site.query<{ now: Date }>('SELECT now() AS now'))[0]!.now;
      const before = (await slots('published')).length;
      await published(before + 1);
      const later = (await slots('published')).filter(({ at }) => at > since);
      expect(later.map(({ holder }) => holder.includes(pidOf(newer)))).toEqual(later.map(() => true));

      // the newer one is away for a slot: the older one leaves it alone
      newer.child.kill('SIGTERM');
      expect((await within('the end of the newer one', newer.ended)).status).toBe(0);
      await until('a slot that nobody reads', async () => (await slots('due')).length > 0, 90);
      const beats = older.said().length;
      await until('nothing from the older one', async () => (await ready(older)).status === 503);
      expect(older.said().slice(beats)).not.toContain('run begins');
      expect(await slots('due')).toHaveLength(1);
      const again = await serve(other.bin);
      await published(before + 2);

      older.child.kill('SIGTERM');
      expect((await within('the end of the older one', older.ended)).status).toBe(0);
      again.child.kill('SIGTERM');
      await within('the end of the newer one', again.ended);
      // every minute since the first has one slot, and each of them one end
      expect(
        await site.query(
          `SELECT FROM (SELECT count(*) AS n, extract(epoch FROM max(due_at) - min(due_at)) / 60 + 1 AS due FROM slot) s WHERE n <> due`,
        ),
      ).toEqual([]);
      expect(await slots('failed')).toEqual([]);
      expect(await slots('missed')).toEqual([]);
      expect(await site.query('SELECT FROM snapshot GROUP BY source, run_id HAVING count(*) > 1')).toEqual(
        [],
      );
      await site.query(
        `UPDATE slot SET state = 'missed', why = 'the test is over', ended_at = now() WHERE state = 'due'`,
      );
      const fsck = await site.start([process.execPath, other.bin, 'fsck', '--config', site.configFile]).ended;
      expect(fsck).toMatchObject({ status: 0 });
    },
  );
});

describe('one that judges otherwise', () => {
  inLongTier(
    'and says so by no other ruleset: the next judgement is its own, fsck of the other names it, and nothing is lost',
    async () => {
      const theirs = (...argv: string[]) =>
        site.start([process.execPath, other.bin, ...argv, '--config', site.configFile]).ended;
      const open = async (): Promise<number> =>
        (
          await site.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM (SELECT DISTINCT ON (finding) state FROM finding_event ORDER BY finding, no DESC) e WHERE state <> 'resolved'`,
          )
        )[0]!.n;
      // it overlooks one violation
      other.change('dist/src/rules/judge.js', /\.sort\(byPlace\)/, '.sort(byPlace).slice(1)');
      expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
      const before = await open();
      expect(before).toBeGreaterThan(1);

      // no judgement of another's is made anew only because the program is another one
      expect(await theirs('fsck')).toMatchObject({
        status: 1,
        said: expect.stringMatching(
          /judging snapshot 1 again gives something else.*another version/,
        ) as string,
      });
      expect(await open()).toBe(before);

      expect(await theirs('run')).toMatchObject({ status: 0 });
      expect(await open()).toBe(before - 1);
      expect(await theirs('fsck')).toMatchObject({ status: 0 });
      expect(await site.rolewatch('fsck')).toMatchObject({ status: 1 });

      expect(await site.rolewatch('run')).toMatchObject({ status: 0 });
      expect(await open()).toBe(before);
      expect(await site.rolewatch('fsck')).toMatchObject({ status: 0 });
      // the life of that finding tells all of it
      const life = await site.query<{ kinds: string }>(
        `SELECT string_agg(kind, ' ' ORDER BY no) AS kinds FROM finding_event GROUP BY finding HAVING count(*) > 1`,
      );
      expect(life.map(({ kinds }) => kinds)).toEqual(['opened resolved reopened']);
    },
  );
});
