import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paging } from '../../../demo/estate/faults.js';
import { createBundle } from '../../../src/evidence/create-bundle.job.js';
import { periodOf } from '../../../src/evidence/period.view.js';
import { signingKeyFrom } from '../../../src/evidence/signing.js';
import { verifyBundle } from '../../../src/evidence/verify-bundle.job.js';
import { driftBetween } from '../../../src/drift/drift.view.js';
import { findingsAnswer } from '../../../src/findings/findings-answer.view.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { accessAnswer } from '../../../src/snapshots/access-answer.view.js';
import { SOURCE } from '../../support/pipeline.js';
import { Court } from '../findings/court.js';
import { Fate, seeded } from '../pipeline/mutators.js';
import { Ageing, answersFrom } from './ageing.js';

const ROUNDS = 7;
const KEY = signingKeyFrom(Buffer.alloc(32, 3));

/** A history drawn at random: RETENTION_SEED=n tells the same one again. */
const seeds = [Number(process.env['RETENTION_SEED'] ?? 1), 2];

describe.each(seeds)('retention of a random history (RETENTION_SEED=%d)', (seed) => {
  let court: Court;
  let ageing: Ageing;
  let folder: string;
  beforeAll(async () => {
    court = await Court.open();
    ageing = new Ageing(court.pipeline.db, court.pipeline.ownerUrl);
    folder = mkdtempSync(join(tmpdir(), 'rolewatch-retention-'));
    const fate = new Fate(court.pipeline.estate, seeded(seed));
    await court.round();
    for (let round = 1; round < ROUNDS; round++) {
      for (let n = 1 + fate.random.below(6); n > 0; n--) fate.strike();
      const stream = fate.random.pick(['users', 'user_summary', 'ldap_entity_summary', 'roles'] as const);
      if (fate.random.chance(0.4) && stream) court.pipeline.server.inject(paging.totalOff(1), { stream });
      await court.round();
      court.pipeline.server.heal();
    }
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await court.close();
  });

  const bundle = async (name: string, moments: { from?: string; to?: string } = {}) => {
    const place = join(folder, name);
    await createBundle(court.pipeline.db, {
      period: {
        ...(await periodOf(court.pipeline.db, SOURCE, moments)),
        tiers: await riskTiersOf('ivanti-epmm'),
        ownAccount: null,
      },
      ...{ place, key: KEY, version: '0', actor: 'a tester', progress: () => undefined },
    });
    return place;
  };

  it('leaves every answer, root, difference and finding at and after the horizon as it was, and refuses those before it', async () => {
    const { db } = court.pipeline;
    const old = await bundle('old.zip', { to: '2' });
    const roots = await db.query('select seq, root, digest, manifest from snapshot order by seq');
    for (const horizon of [2 + (seed % 2), 5, ROUNDS]) {
      const before = await answersFrom(db, horizon, ROUNDS);
      await ageing.grow(horizon);
      const [open] = await db.query<{ n: number }>(
        'select count(*)::int as n from record where until_seq is null',
      );
      const done = await ageing.now({ batch: 7 });
      expect(done).toMatchObject({ source: SOURCE });
      expect(done.error).toBeUndefined();
      expect(await answersFrom(db, horizon, ROUNDS)).toEqual(before);
      expect(await db.query('select count(*)::int as n from record where until_seq is null')).toEqual([open]);
      expect(await db.query('select 1 from record where until_seq <= $1', [horizon])).toEqual([]);
      expect(await db.query('select 1 from bucket where until_seq <= $1', [horizon])).toEqual([]);
      expect(await court.fsck()).toEqual([]);
      // open findings can be explained: by name, where there is one
      for (const { subject, state } of await findingsAnswer(db, [SOURCE], {}))
        if (state === 'open') expect(subject).toHaveProperty('key');

      const asked = {
        code: 'before-horizon',
        message: expect.stringContaining(`back to snapshot ${String(horizon)} `),
      };
      const early = String(horizon - 1);
      await expect(driftBetween(db, SOURCE, early, String(ROUNDS))).rejects.toMatchObject(asked);
      await expect(
        accessAnswer(db, SOURCE, {
          at: early,
          people: false,
          tiersOf: () => riskTiersOf('ivanti-epmm'),
          ownAccount: null,
        }),
      ).rejects.toMatchObject(asked);
      await expect(findingsAnswer(db, [SOURCE], { at: early })).rejects.toMatchObject(asked);
      await expect(periodOf(db, SOURCE, { from: '1' })).rejects.toMatchObject(asked);
      const [time] = await db.query<{ at: Date }>(
        `select recorded_at - interval '1 millisecond' as at from snapshot where seq = $1`,
        [horizon],
      );
      const at = time?.at.toISOString() ?? '';
      await expect(findingsAnswer(db, [SOURCE], { at })).rejects.toMatchObject(asked);
      await expect(driftBetween(db, SOURCE, at)).rejects.toMatchObject(asked);
    }
    expect(await db.query('select seq, root, digest, manifest from snapshot order by seq')).toEqual(roots);

    const verified = await verifyBundle(old);
    expect(verified.manifest.to).toMatchObject({ seq: 2 });
    const kept = await db.query<{ root: string }>(
      `select encode(root, 'hex') as root from snapshot where seq = 2`,
    );
    expect(kept).toEqual([{ root: verified.manifest.root }]);

    const rest = await verifyBundle(await bundle('rest.zip'));
    expect(rest.manifest).toMatchObject({ from: { seq: ROUNDS }, horizons: { versions: { seq: ROUNDS } } });
  }, 240_000);

  it('goes on from there: what happens next is read, explained and judged', async () => {
    court.pipeline.estate.addAdmin({ userId: 'later' });
    court.pipeline.estate.grantRole('later', 1, 7);
    const seq = await court.round();
    const changes = await court.pipeline.changes(seq);
    expect(changes.map(({ what, subject }) => `${what} ${String(subject.key)}`)).toContain(
      'role-granted later',
    );
    expect(await court.states()).toContain('later: open');
    expect(await court.fsck()).toEqual([]);
  }, 60_000);
});
