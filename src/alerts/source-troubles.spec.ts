import { type SourceStanding, sourceTroubles } from './source-troubles.js';

const at = new Date('2026-03-01T10:00:00Z');
const fine: SourceStanding = {
  ...{ source: 'hq', lastSeq: 4, snapshotAt: new Date('2026-03-01T08:00:00Z'), paused: null, failed: null },
  ...{ slotsWithout: 0, open: false, told: [] },
};
const kinds = (changed: Partial<SourceStanding>) =>
  sourceTroubles({ ...fine, ...changed }).map(({ kind }) => kind);
const failed = { at, why: 'refused' };
const paused = { at, why: '401' };

describe('a source', () => {
  it('that is read is no trouble', () => expect(kinds({})).toEqual([]));

  it('that failed is told of once since its last snapshot', () => {
    expect(kinds({ failed })).toEqual(['run-failed']);
    expect(kinds({ failed, told: [{ kind: 'run-failed', at: null }] })).toEqual([]);
  });

  it('that gave nothing for two intervals is silent, once it is clear that nothing is coming', () => {
    expect(kinds({ slotsWithout: 1 })).toEqual([]);
    expect(kinds({ slotsWithout: 2 })).toEqual(['source-silent']);
    expect(kinds({ slotsWithout: 2, open: true })).toEqual([]);
    expect(kinds({ slotsWithout: 9, failed })).toEqual(['run-failed', 'source-silent']);
    expect(kinds({ slotsWithout: 9, told: [{ kind: 'source-silent', at: null }] })).toEqual([]);
    expect(sourceTroubles({ ...fine, slotsWithout: 2, snapshotAt: null })[0]?.body.why).toContain(
      'never was',
    );
  });

  it('that is silent is told of with its last snapshot and what the last attempt said', () => {
    const silence = (changed: Partial<SourceStanding>) =>
      sourceTroubles({ ...fine, slotsWithout: 3, told: [{ kind: 'run-failed', at: null }], ...changed })[0]
        ?.body;
    const since = '2026-03-01T08:00:00.000Z';
    expect(silence({})).toEqual({
      why: `no snapshot since ${since}, 3 scheduled slots ended without one`,
      count: 3,
      at: since,
    });
    expect(silence({ snapshotAt: null, failed })).toEqual({
      why: 'there never was a snapshot, 3 scheduled slots ended without one; the last attempt: refused',
      count: 3,
    });
  });

  it('that is paused is told of at each pause, and then of nothing else', () => {
    expect(kinds({ paused, failed, slotsWithout: 5 })).toEqual(['source-paused']);
    expect(kinds({ paused, failed, told: [{ kind: 'source-paused', at: at.toISOString() }] })).toEqual([]);
    expect(kinds({ paused, told: [{ kind: 'source-paused', at: '2026-02-01T00:00:00.000Z' }] })).toEqual([
      'source-paused',
    ]);
  });
});
