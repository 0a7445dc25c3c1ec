import { clockSkew, isSkewed, skewText } from './clock-skew.js';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds));

describe('the difference of two clocks', () => {
  it('is measured at the middle of asking, and known to half of what that took', () => {
    expect(clockSkew(at(10), at(10), 2_000)).toEqual({ aheadMs: 1_000, unsureMs: 1_000 });
    expect(clockSkew(at(0), at(45), 10)).toEqual({ aheadMs: -44_995, unsureMs: 5 });
  });

  it('is too large only where it is beyond doubt', () => {
    expect(isSkewed({ aheadMs: 30_000, unsureMs: 0 })).toBe(false);
    expect(isSkewed({ aheadMs: -30_001, unsureMs: 0 })).toBe(true);
    expect(isSkewed({ aheadMs: 31_000, unsureMs: 1_500 })).toBe(false);
  });

  it('is said in words', () => {
    expect(skewText({ aheadMs: -7_200_000, unsureMs: 2 })).toBe(
      "its clock is 7200.0 s behind the database's (± 0.0 s)",
    );
  });
});
