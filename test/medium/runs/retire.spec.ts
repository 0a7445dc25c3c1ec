import { connection } from '../../../demo/estate/faults.js';
import { sourceStandings } from '../../../src/alerts/source-standing.view.js';
import { sourceTroubles } from '../../../src/alerts/source-troubles.js';
import { driftBetween } from '../../../src/drift/drift.view.js';
import { TagKeys } from '../../../src/platform/tag-key.store.js';
import { PauseStore } from '../../../src/runs/pause.store.js';
import { retireUnconfigured } from '../../../src/runs/retire-source.job.js';
import { statusOfSources } from '../../../src/runs/status.view.js';
import { SlotStore } from '../../../src/runs/slot.store.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { village } from '../pipeline/village.js';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start({ estate: village() });
  await pipeline.publish();
});
afterEach(async () => {
  await pipeline.stop();
});

function retire(configured: readonly string[], asked = true): Promise<string[]> {
  const { db } = pipeline;
  const tagKeys = new TagKeys({ no: 1, key: Buffer.alloc(32, 7) });
  return retireUnconfigured({ db, tagKeys, slots: new SlotStore(db), risk: {} }, configured, asked);
}

describe('a source that the configuration no longer names', () => {
  it('is closed once, by one last snapshot that blames the configuration', async () => {
    expect(await retire([SOURCE])).toEqual([]);
    expect(await retire(['other'])).toEqual([SOURCE]);
    expect(await retire(['other'])).toEqual([]);
    const changes = await pipeline.changes(2);
    expect(changes.length).toBeGreaterThan(0);
    expect(new Set(changes.map(({ cause }) => cause))).toEqual(new Set(['configuration']));
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('waits for other processes unless a person asked', async () => {
    expect(await retire(['other'], false)).toEqual([]);
    await pipeline.db.query(`UPDATE slot SET ended_at = now() - interval '2 hours'`);
    expect(await retire(['other'], false)).toEqual([SOURCE]);
  });

  it('is closed an hour after the last process that was configured for it, however far its next slot lies', async () => {
    await pipeline.db.query(`UPDATE slot SET ended_at = now() - interval '2 hours'`);
    await pipeline.db.query(
      `INSERT INTO slot (source, due_at, trigger) VALUES ($1, now() + interval '6 days', 'schedule')`,
      [SOURCE],
    );
    // nobody has told of itself: whoever saw that slot may be of a version that does not
    expect(await retire(['other'], false)).toEqual([]);
    await pipeline.db.query(
      `INSERT INTO replica (id, roles, sources, version, beat_at) VALUES ('a', '{worker}', $1, '1', now() - interval '59 minutes')`,
      [[SOURCE]],
    );
    expect(await retire(['other'], false)).toEqual([]);
    await pipeline.db.query(`UPDATE replica SET beat_at = now() - interval '61 minutes'`);
    expect(await retire(['other'], false)).toEqual([SOURCE]);
  });

  it('is closed once by several processes that see it at a time', async () => {
    const retired = await Promise.all([1, 2, 3, 4].map(() => retire(['other'])));
    expect(retired.flat()).toEqual([SOURCE]);
    expect(await pipeline.db.query('SELECT seq FROM snapshot')).toHaveLength(2);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is closed also while it is paused, and stays paused', async () => {
    await new PauseStore(pipeline.db).pause(SOURCE, 'the password was refused');
    expect(await retire(['other'])).toEqual([SOURCE]);
    await expect(pipeline.run()).rejects.toMatchObject({ code: 'source-paused' });
  });

  it('begins with a first read when it comes back', async () => {
    await retire(['other']);
    expect(await pipeline.publish()).toBe(3);
    expect(await pipeline.changes(3)).toEqual([]);
    // who is there at both ends is not gone over both
    const over = await driftBetween(pipeline.db, SOURCE, '1', '3');
    expect(over).toMatchObject({ changes: [], unwatched: [{ lastSeen: 1, seenAgain: 3 }] });
    expect(over.unwatched?.[0]?.scopes).toBeUndefined();
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is told of when it comes back and cannot be read', async () => {
    const { db } = pipeline;
    await retire(['other']);
    expect(await statusOfSources(db)).toEqual([]);
    await db.query(
      `INSERT INTO replica (id, roles, sources, version, beat_at) VALUES ('a', '{worker}', $1, '1', now())`,
      [[SOURCE]],
    );
    pipeline.server.inject(connection.status(503));
    await pipeline.run();
    for (const minutes of [3, 2, 1])
      await db.query(
        `INSERT INTO slot (source, due_at, trigger, state, why, ended_at)
         VALUES ($1, clock_timestamp() + $2 * interval '1 minute', 'schedule', 'failed', 'it answers 503', clock_timestamp())`,
        [SOURCE, minutes],
      );
    const standings = await sourceStandings(db, [SOURCE]);
    expect(standings.flatMap(sourceTroubles).map(({ kind }) => kind)).toEqual([
      'run-failed',
      'source-silent',
    ]);
    expect(await statusOfSources(db)).toMatchObject([{ source: SOURCE }]);
  });

  it('is not told as failing, when it comes back, for what failed before it was closed', async () => {
    pipeline.server.inject(connection.status(503));
    await pipeline.run();
    pipeline.server.heal();
    await retire(['other']);
    expect(await sourceStandings(pipeline.db, [SOURCE])).toMatchObject([{ failed: null, slotsWithout: 0 }]);
  });
});
