import { paging } from '../../../demo/estate/faults.js';
import { driftText } from '../../../src/drift/drift-text.js';
import { driftBetween } from '../../../src/drift/drift.view.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { untruths } from './lists.js';
import { addAdmin, FIELD, GLOBAL, SHOPS, village } from './village.js';

const TABLES = ['record', 'grant_', 'role_permission', 'link', 'identity'] as const;

describe('the same state', () => {
  let pipeline: Pipeline;

  beforeEach(async () => {
    pipeline = await Pipeline.start({ estate: village(), pageSize: 3 });
    await pipeline.publish();
    await pipeline.publish(); // only after the first is it known which directory entries matter
  });
  afterEach(() => pipeline.stop());

  const counts = async (): Promise<number[]> => Promise.all(TABLES.map((table) => pipeline.count(table)));

  it('shuffled, re-cased, re-escaped, with sets in another order and fields nobody knows, writes nothing', async () => {
    const [before, root] = [await counts(), await pipeline.root(2)];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      pipeline.server.spelling = seed;
      const seq = await pipeline.publish();
      expect(await pipeline.doubts(seq)).toEqual([]);
      expect(await pipeline.changes(seq)).toEqual([]);
      expect(await pipeline.root(seq)).toBe(root);
    }
    expect(await counts()).toEqual(before);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('still shows what changed, in whatever spelling', async () => {
    pipeline.server.spelling = 5;
    await pipeline.publish();
    pipeline.server.spelling = 6;
    pipeline.estate.grantRole('bob', GLOBAL, 7);
    expect((await pipeline.changes(await pipeline.publish())).map(({ what }) => what)).toEqual([
      'role-granted',
    ]);
  });

  it('is not told again, nor taken back, by the list of another space', async () => {
    await pipeline.stop();
    pipeline = await Pipeline.start({ estate: village({ summaryGivesAllSpaces: true }) });
    await pipeline.publish();
    // the list of the first space shows the grant before the list of its own space does
    pipeline.server.inject(
      { name: 'late', list: (listing) => listing, answer: (reply) => (reply.status = 503) },
      { stream: 'user_summary', space: '2' },
    );
    pipeline.estate.grantRole('bob', FIELD, 7);
    const seq = await pipeline.publish();
    expect((await pipeline.changes(seq)).map(({ what }) => what)).toEqual(['role-granted']);
    pipeline.server.heal();
    expect(await pipeline.changes(await pipeline.publish())).toEqual([]);
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });
});

describe('a source that is configured otherwise', () => {
  let pipeline: Pipeline;
  afterEach(() => pipeline.stop());

  it('says "no longer watched" of the space it leaves, and of the rights that only that space showed', async () => {
    const estate = village({ summaryGivesAllSpaces: false });
    pipeline = await Pipeline.start({ estate });
    pipeline.scopes = ['1', '2', '3'];
    await pipeline.publish();
    pipeline.scopes = ['1', '2'];
    const changes = await pipeline.changes(await pipeline.publish());
    expect(changes[0]).toMatchObject({
      what: 'scope-disappeared',
      cause: 'configuration',
      subject: { key: '3' },
    });
    expect(
      changes
        .slice(1)
        .map(({ what, cause, subject }) => `${what} ${cause} ${subject.key}`)
        .sort(),
    ).toEqual([
      expect.stringMatching(/^role-revoked configuration OU=Helpdesk/),
      'role-revoked configuration bob',
      'role-revoked configuration sue',
    ]);
    for (const { partOf } of changes.slice(1)) expect(partOf).toBe(changes[0]?.ids[0]);
    expect(await pipeline.changes(await pipeline.publish())).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is told each time of a space that the server does not list, until it does', async () => {
    pipeline = await Pipeline.start({ estate: village() });
    pipeline.scopes = ['1', '33'];
    for (const seq of [await pipeline.publish(), await pipeline.publish()]) {
      const doubts = await pipeline.doubts(seq);
      expect(new Set(doubts.map(({ scope, verdict }) => `${scope} ${verdict}`))).toEqual(
        new Set(['33 partial']),
      );
      expect(doubts[0]?.why).toBe('not read: the configuration names 33, which device_spaces does not list');
    }
    expect(await pipeline.changes(2)).toEqual([]);
    pipeline.estate.addSpace(33, 'Depot');
    const seq = await pipeline.publish();
    expect(await pipeline.doubts(seq)).toEqual([]);
    expect((await pipeline.changes(seq)).map(({ what }) => what)).toEqual(['scope-appeared']);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('takes nothing from those whose rights in a space another list states, while the server leaves it out', async () => {
    pipeline = await Pipeline.start({ estate: village() });
    await pipeline.publish();
    pipeline.server.inject(paging.onlyFirst(2), { stream: 'device_spaces' });
    const told = await pipeline.changes(await pipeline.publish());
    expect(told.map(({ what, subject }) => `${what} ${subject.key}`)).toEqual([`scope-disappeared ${SHOPS}`]);
    pipeline.server.heal();
    const after = await pipeline.changes(await pipeline.publish());
    expect(after.map(({ what, subject }) => `${what} ${subject.key}`)).toEqual([`scope-appeared ${SHOPS}`]);
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('tells nobody as gone over a time at which a space was not watched, and says so', async () => {
    pipeline = await Pipeline.start({ estate: village({ summaryGivesAllSpaces: false }) });
    await pipeline.publish();
    addAdmin(pipeline.estate, 'zoe', [SHOPS, 5]);
    await pipeline.publish();
    pipeline.scopes = ['1', '2'];
    const left = await pipeline.changes(await pipeline.publish());
    expect(left.map(({ what, cause }) => `${what} ${cause}`)).toContain('role-revoked configuration');
    pipeline.scopes = null;
    await pipeline.publish();
    const over = await driftBetween(pipeline.db, SOURCE, '1', '4');
    expect(over.changes.map(({ what, subject }) => `${what} ${subject.key}`)).toEqual([
      'principal-appeared zoe',
      'role-granted zoe',
    ]);
    expect(over.unwatched).toEqual([{ scopes: [{ key: '3', name: 'Shops' }], lastSeen: 2, seenAgain: 4 }]);
    expect(driftText(over, () => undefined)).toContain('In Shops (3): not watched after snapshot 2 until 4.');
    // as long as it is not watched again, that is what is told
    const away = await driftBetween(pipeline.db, SOURCE, '1', '3');
    expect(away.changes.map(({ what }) => what)).toContain('scope-disappeared');
    expect(away.unwatched).toBeUndefined();
  });

  it('tells no right as lost over a time at which the server left its space out', async () => {
    pipeline = await Pipeline.start({ estate: village({ summaryGivesAllSpaces: false }) });
    await pipeline.publish();
    pipeline.server.inject(paging.onlyFirst(2), { stream: 'device_spaces' });
    const told = await pipeline.changes(await pipeline.publish());
    expect(told.map(({ what }) => what)).toContain('role-revoked');
    pipeline.server.heal();
    await pipeline.publish();
    const over = await driftBetween(pipeline.db, SOURCE, '1', '3');
    expect(over.changes).toEqual([]);
    expect(over.unwatched).toEqual([{ scopes: [{ key: '3', name: 'Shops' }], lastSeen: 1, seenAgain: 3 }]);
    expect(driftText(over, () => undefined)).toMatch(/No changes\.\nIn Shops \(3\): not watched/);
  });

  it('takes a space that is added later as read for the first time', async () => {
    pipeline = await Pipeline.start({ estate: village({ summaryGivesAllSpaces: false }) });
    pipeline.scopes = ['1', '2'];
    await pipeline.publish();
    pipeline.scopes = null;
    expect(await pipeline.changes(await pipeline.publish())).toEqual([]);
    addAdmin(pipeline.estate, 'zoe', [SHOPS, 5]);
    const told = await pipeline.changes(await pipeline.publish());
    expect(told.map(({ what }) => what)).toEqual(['principal-appeared', 'role-granted']);
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });
});
