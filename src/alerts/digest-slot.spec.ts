import { digest } from './digest-config.js';
import { slotAfter } from './digest-slot.js';

const next = (written: object, ...moments: string[]) => {
  const { schedule } = digest().parse(written);
  return moments.map((moment) => slotAfter(schedule, new Date(moment)).toISOString());
};

describe('the hour of a digest', () => {
  it('is the same on the clock, whatever the clocks do', () => {
    const morning = { every: 'daily', at: '07:00', timezone: 'Europe/Berlin' };
    expect(next(morning, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-10-24T12:00:00Z')).toEqual([
      '2026-03-29T05:00:00.000Z',
      '2026-03-30T05:00:00.000Z',
      '2026-10-25T06:00:00.000Z',
    ]);
  });

  it('comes once where the clocks leave it out, and once where they repeat it', () => {
    const night = { every: 'daily', at: '02:30', timezone: 'Europe/Berlin' };
    expect(
      next(
        night,
        '2026-03-28T12:00:00Z',
        '2026-03-29T01:30:00Z',
        '2026-10-24T12:00:00Z',
        '2026-10-25T00:30:00Z',
      ),
    ).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('is never the moment itself', () => {
    expect(next({ every: 'weekly', on: 'monday', at: '07:00' }, '2026-03-02T07:00:00Z')).toEqual([
      '2026-03-09T07:00:00.000Z',
    ]);
  });
});
