import { type RetentionStanding, retentionTrouble } from './retention-trouble.js';

const at = (day: number) => new Date(Date.UTC(2026, 2, day, 1));
const well: RetentionStanding = {
  ...{ source: 'hq', now: at(10), knownSince: at(1), lastGood: at(9), failed: null, open: null },
};
const said = (changed: Partial<RetentionStanding>, asked = true) =>
  retentionTrouble({ ...well, ...changed }, asked);

describe('retention', () => {
  it('that ran last night is no trouble, nor is one that is at work, or two days old to the second', () => {
    expect(said({})).toBeNull();
    expect(said({ open: { since: at(10), holder: 'a/1' } })).toBeNull();
    expect(said({ lastGood: at(8) })).toBeNull();
    expect(said({ lastGood: null, knownSince: at(9) })).toBeNull();
  });

  it('that failed is named with its reason and what to do, whether or not anything is to be deleted', () => {
    const failed = { at: at(10), why: 'no space left on device' };
    for (const asked of [true, false])
      expect(said({ failed }, asked)).toMatch(
        /^retention of hq failed at 2026-03-10T01:00:00.000Z: no space left.*rolewatch retention hq --run$/,
      );
    expect(said({ source: '*', failed })).toMatch(
      /^retention of the store as a whole.*rolewatch retention --run$/,
    );
  });

  it('that did not happen for two days is named, unless nothing is ever to be deleted', () => {
    const late = { lastGood: new Date(at(8).getTime() - 1) };
    expect(said(late)).toMatch(/^retention of hq has not run since 2026-03-08T00:59:59.999Z.*role worker/);
    expect(said(late, false)).toBeNull();
    expect(said({ lastGood: null })).toContain('has never run');
  });

  it('that hangs is named with the process it hangs in', () => {
    const open = { since: at(7), holder: 'host/42' };
    expect(said({ lastGood: at(6), open })).toMatch(/began at 2026-03-07.* process host\/42 has not ended/);
  });
});
