import type { RecordedChange } from './recorded.js';
import { unwatchedWords, withoutDepartures } from './unwatched.js';

const change = (no: number, more: Partial<RecordedChange>): RecordedChange => ({
  ...{ seq: 3, no, what: 'role-revoked', cause: 'configuration', kind: 'local-admin' },
  window: { seenAt: new Date(0), statedBy: ['rolewatch'] },
  ...more,
});
const span = { scopes: ['2', '3'], leftAt: 3, backAt: 5 };
const kept = (...changes: Partial<RecordedChange>[]): number[] =>
  withoutDepartures(
    changes.map((more, no) => change(no, more)),
    [span],
  ).map(({ no }) => no);

describe('a drift over a time at which scopes were not watched', () => {
  it('leaves out what was told as gone by leaving', () => {
    expect(
      kept({ scope: '2' }, { what: 'principal-disappeared' }, { what: 'scope-disappeared', scope: '3' }),
    ).toEqual([]);
    expect(kept({ scope: '2', cause: 'scope' })).toEqual([]);
  });

  it.each<[string, Partial<RecordedChange>]>([
    ['in a scope that was watched on', { scope: '1' }],
    ['in another snapshot', { scope: '2', seq: 4 }],
    ['as somebody changed it', { scope: '2', cause: 'assignment' }],
    ['as new', { scope: '2', what: 'role-granted' }],
    [
      'of a space that the server no longer lists, as its coming back cancels that',
      { scope: '2', what: 'scope-disappeared', cause: 'scope' },
    ],
  ])('keeps what is told %s', (_, more) => {
    expect(kept(more)).toEqual([0]);
  });

  it('keeps everything where everything was watched', () => {
    const changes = [change(0, { scope: '2' })];
    expect(withoutDepartures(changes, [])).toEqual(changes);
    expect(withoutDepartures(changes, [{ ...span, leftAt: 2 }])).toEqual(changes);
  });

  it('is told in words, by name and by key, on one line', () => {
    const shops = { key: '3', name: 'Shops\nno changes' };
    expect(unwatchedWords({ scopes: [{ key: '2' }, shops], lastSeen: 2, seenAgain: 5 })).toMatch(
      /^In 2, Shops\\u000ano changes \(3\): not watched after snapshot 2 until 5\. What changed there meanwhile is not known/,
    );
    expect(unwatchedWords({ lastSeen: 2, seenAgain: 5 })).toMatch(/^The source: not watched after/);
  });
});
