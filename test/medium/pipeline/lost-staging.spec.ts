import { SlotStore } from '../../../src/runs/slot.store.js';
import { StageStore } from '../../../src/snapshots/stage.store.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { village } from './village.js';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start({ estate: village() });
});
afterEach(() => pipeline.stop());

/** When a table is about to be read by the publication, `act` comes first. */
async function beforePublishing(act: () => Promise<unknown>): Promise<void> {
  const { lockForPublish } = SlotStore.prototype;
  jest.spyOn(SlotStore.prototype, 'lockForPublish').mockImplementationOnce(async function (
    this: SlotStore,
    ...args
  ) {
    await act();
    return lockForPublish.apply(this, args);
  });
}
afterEach(() => {
  jest.restoreAllMocks();
});

const STAGING = ['stage_record', 'stage_seen', 'stage_closing', 'stage_page', 'stage_identity', 'stage_run'];

describe('what a run has staged', () => {
  it('is gone after a crash of the server: nothing of it is published, and the slot is read again', async () => {
    await beforePublishing(async () => {
      for (const table of STAGING) await pipeline.db.query(`DELETE FROM ${table}`);
    });
    expect(await pipeline.run()).toMatchObject({
      outcome: 'failed',
      why: expect.stringMatching(/the database was away: PostgreSQL was restarted/) as string,
    });
    expect(await pipeline.publish()).toBe(1);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is left alone by others although its lease has run out, as it does while much is published', async () => {
    await beforePublishing(async () => {
      await pipeline.db.query(
        `UPDATE slot SET lease_until = now() - interval '1 minute' WHERE source = $1 AND state = 'leased'`,
        [SOURCE],
      );
      await new StageStore(pipeline.db).clear(0n);
    });
    expect(await pipeline.publish()).toBe(1);
    expect(await pipeline.db.query('SELECT FROM record')).not.toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is not added to by a run that slept until it was taken over: nobody would ever clear that away', async () => {
    const { keep } = StageStore.prototype;
    jest.spyOn(StageStore.prototype, 'keep').mockImplementationOnce(async function (
      this: StageStore,
      ...args
    ) {
      await pipeline.db.query(
        `UPDATE slot SET epoch = epoch + 1, lease_until = NULL, state = 'due' WHERE state = 'leased'`,
      );
      await new StageStore(pipeline.db).clear(0n);
      await keep.apply(this, args);
      throw new Error('its own process notices, and stops');
    });
    expect(await pipeline.run()).toMatchObject({ outcome: 'failed' });
    for (const table of STAGING) expect(await pipeline.db.query(`SELECT FROM ${table}`)).toEqual([]);
  });
});
