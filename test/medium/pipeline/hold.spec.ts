import { paging, rows } from '../../../demo/estate/faults.js';
import { Pipeline } from '../../support/pipeline.js';
import { untruths } from './lists.js';
import { addAdmin, FIELD, GLOBAL, SHOPS, village } from './village.js';

const CROWD = 60;
const crowd = (n: number): string => `admin${n}`;

describe('what is too large a shrink to be believed', () => {
  let pipeline: Pipeline;

  beforeEach(async () => {
    const estate = village();
    for (let n = 0; n < CROWD; n++) addAdmin(estate, crowd(n), [FIELD, 2]);
    pipeline = await Pipeline.start({ estate });
    await pipeline.publish();
  });
  afterEach(async () => {
    expect(await pipeline.fsck()).toEqual([]);
    await pipeline.stop();
  });

  function leave(from: number, count: number): void {
    for (let n = from; n < from + count; n++) pipeline.estate.removeAdmin(crowd(n));
  }

  const whats = async (seq: number): Promise<string[]> =>
    (await pipeline.changes(seq)).map(({ what, subject }) => `${what} ${subject.key}`);

  /** Held counts by list. */
  async function held(seq: number): Promise<Record<string, number>> {
    const lists = (await pipeline.observations(seq)).filter((list) => list.held > 0);
    return Object.fromEntries(lists.map((list) => [`${list.stream}/${list.scope}`, list.held]));
  }

  const releaseAll = async (seq: number): Promise<void> => {
    for (const [list, count] of Object.entries(await held(seq))) {
      const [stream = '', scope = ''] = list.split('/');
      await pipeline.release(stream, scope === '' ? '-' : scope, count);
    }
  };

  it.each([0.21, 0.5, 1])(
    'holds while %d of the admins are gone, applies what is new, and closes once when released',
    async (share) => {
      const gone = Math.ceil(share * CROWD) + (share === 0.21 ? 2 : 0);
      leave(0, gone);
      addAdmin(pipeline.estate, 'zoe', [FIELD, 7]);
      expect(await whats(await pipeline.publish())).toEqual(['principal-appeared zoe', 'role-granted zoe']);
      expect(await held(2)).toEqual({
        'users/': gone,
        'user_summary/1': gone,
        'user_summary/2': gone,
        'user_summary/3': gone,
      });

      await releaseAll(2);
      const closed = await whats(await pipeline.publish());
      expect(closed.filter((what) => what.startsWith('principal-disappeared'))).toHaveLength(gone);
      expect(closed).toHaveLength(2 * gone);
      expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
      expect(await whats(await pipeline.publish())).toEqual([]);
    },
  );

  it('dates what was held by the last read that showed it', async () => {
    const before = await pipeline.now();
    leave(0, 30);
    await pipeline.publish();
    const between = await pipeline.now();
    await releaseAll(2);
    const [change] = await pipeline.changes(await pipeline.publish());
    expect(change?.window.notSeenAt?.getTime()).toBeLessThan(before.getTime());
    expect(change?.window.seenAt.getTime()).toBeGreaterThan(between.getTime());
  });

  it('lets a release go as far as what was shown, and no further', async () => {
    leave(0, 30);
    await releaseAll(await pipeline.publish());
    leave(30, 20);
    const seq = await pipeline.publish();
    expect((await whats(seq)).filter((what) => what.startsWith('principal-disappeared'))).toHaveLength(30);
    expect((await held(seq))['user_summary/1']).toBe(20);
    // the release is used up: it does not cover them either
    expect(await whats(await pipeline.publish())).toEqual([]);
  });

  it('forgets what is held when everybody is back', async () => {
    pipeline.server.inject(rows.gone(0.5), { stream: 'user_summary' });
    pipeline.server.inject(rows.gone(0.5), { stream: 'users' });
    expect(await whats(await pipeline.publish())).toEqual([]);
    pipeline.server.heal();
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual([]);
    expect(await pipeline.doubts(seq)).toEqual([]);
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });

  it('keeps the rights of those who lost them, together with new ones, while it holds', async () => {
    for (let n = 0; n < 30; n++) pipeline.estate.revokeRole(crowd(n), FIELD, 2);
    pipeline.estate.grantRole(crowd(0), SHOPS, 5);
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual(['role-granted admin0']);
    expect((await held(seq))['user_summary/2']).toBe(30);
    await releaseAll(seq);
    const told = await whats(await pipeline.publish());
    expect(told.sort()).toEqual(Array.from({ length: 30 }, (_, n) => `role-revoked ${crowd(n)}`).sort());
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });

  it('holds the disappearance of the account it reads with', async () => {
    pipeline.estate.removeAdmin('auditor');
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual([]);
    expect(await held(seq)).toMatchObject({ 'users/': 1, 'user_summary/1': 1 });
    const whys = (await pipeline.doubts(seq)).map(({ why }) => why);
    expect(whys).toContain('the account this source is read with would vanish');
  });

  it('does not believe a list of few about those whom the list of another space is held for', async () => {
    pipeline.server.inject(rows.gone(0.5), { stream: 'user_summary', space: '1' });
    pipeline.server.inject(rows.gone(0.05), { stream: 'user_summary', space: '2' });
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual([]);
    expect(Object.keys(await held(seq))).toEqual(['user_summary/1', 'user_summary/2']);
    expect((await pipeline.doubts(seq)).map(({ why }) => why)).toContainEqual(
      expect.stringMatching(/^\d+ of those who would close .* are held in user_summary of 1, too$/),
    );
    pipeline.server.heal();
    expect(await whats(await pipeline.publish())).toEqual([]);
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });

  it('closes lists that were held together when both are released, and of one what a person has looked at', async () => {
    pipeline.server.inject(rows.gone(0.5), { stream: 'user_summary', space: '1' });
    pipeline.server.inject(rows.gone(0.05), { stream: 'user_summary', space: '2' });
    const { ['user_summary/2']: few = 0 } = await held(await pipeline.publish());
    expect(few).toBeGreaterThan(0);
    await pipeline.release('user_summary', '2', few);
    const seq = await pipeline.publish();
    expect(Object.keys(await held(seq))).toEqual(['user_summary/1']);
    await releaseAll(seq);
    expect(await held(await pipeline.publish())).toEqual({});
    // a word that was given once is used up
    const left = await pipeline.db.query('select from release where used_seq is null');
    expect(left).toEqual([]);
  });

  it('holds an empty catalogue', async () => {
    pipeline.server.inject(paging.empty(), { stream: 'roles', space: '1' });
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual([]);
    expect((await pipeline.doubts(seq)).map(({ stream, scope, why }) => [stream, scope, why])).toEqual([
      ['roles', '1', 'nothing is left of 35 records'],
    ]);
  });

  it('counts a space that leaves with all it takes, against the whole source', async () => {
    pipeline.estate.removeSpace(FIELD);
    const seq = await pipeline.publish();
    expect(await whats(seq)).not.toContain('scope-disappeared 2');
    expect(await held(seq)).toHaveProperty(['device_spaces/']);
    await releaseAll(seq);
    expect(await whats(await pipeline.publish())).toContain('scope-disappeared 2');
    await pipeline.publish();
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });

  it('lets a space go in which few hold anything, though it lists the whole directory too', async () => {
    pipeline.estate.removeSpace(SHOPS);
    expect(await whats(await pipeline.publish())).toContain('scope-disappeared 3');
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  });

  it('counts as unconfirmed what one of two reads showed', async () => {
    pipeline.server.inject(rows.gone(0.05), { stream: 'user_summary', space: '1', times: 1 });
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual([]);
    expect(await pipeline.doubts(seq)).toEqual([
      expect.objectContaining({ stream: 'user_summary', scope: '1', verdict: 'complete', reads: 2, held: 0 }),
    ]);
    expect((await pipeline.doubts(seq))[0]?.unconfirmed).toBeGreaterThan(0);
    expect(await pipeline.doubts(await pipeline.publish())).toEqual([]);
  });

  it('concludes nothing from masked answers', async () => {
    await pipeline.publish(); // only now it is known which directory entries matter
    const before = await pipeline.count('record');
    pipeline.server.inject(rows.masked(), { stream: 'user_summary' });
    const seq = await pipeline.publish();
    expect(await whats(seq)).toEqual([]);
    expect((await pipeline.doubts(seq)).map(({ verdict }) => verdict)).toEqual([
      'masked',
      'masked',
      'masked',
    ]);
    expect(await pipeline.count('record')).toBe(before);
  });

  it('asks once with credentials that are refused, and not again until a person resumes', async () => {
    const { password } = pipeline.server;
    pipeline.server.password = 'another';
    const asked = pipeline.server.requests.length;
    expect(await pipeline.run()).toMatchObject({ outcome: 'failed' });
    expect(pipeline.server.requests.length).toBe(asked + 1);
    await expect(pipeline.run()).rejects.toMatchObject({ code: 'source-paused' });
    expect(pipeline.server.requests.length).toBe(asked + 1);
    pipeline.server.password = password;
    await pipeline.resume();
    expect(await pipeline.publish()).toBe(2);
  });

  it('takes no page for read that a partial read made untrue', async () => {
    await pipeline.publish(); // the first forgets its pages: only then it is known which directory entries matter
    pipeline.estate.grantRole('root', GLOBAL, 5);
    pipeline.server.inject(paging.totalOff(1), { stream: 'user_summary' });
    expect(await whats(await pipeline.publish())).toEqual(['role-granted root']);
    pipeline.server.heal();
    pipeline.estate.revokeRole('root', GLOBAL, 5);
    expect(await whats(await pipeline.publish())).toEqual(['role-revoked root']);
  });
});
