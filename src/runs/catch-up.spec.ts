import { type CatchUp, catchUp, type OpenSlot, type Situation } from './catch-up.js';
import type { Schedule } from '../platform/slots.js';

const hourly: Schedule = { expression: '0 * * * *', timezone: 'UTC' };
const hour = (n: number, minute = 0): Date => new Date(Date.UTC(2026, 5, 1, n, minute));
const due = (n: number): OpenSlot => ({ dueAt: hour(n), trigger: 'schedule', state: 'due' });
const seen = (n: number, createdAt = hour(n - 1)) => ({ dueAt: hour(n), createdAt });

function after(situation: Partial<Situation>, schedule: Schedule | null = hourly, limit?: number): CatchUp {
  return catchUp(
    schedule,
    { now: hour(12, 10), open: [], lastSeen: null, seen: [], paused: null, pausesOver: [], ...situation },
    limit,
  );
}

const told = (endings: CatchUp['ended']) =>
  endings.map(({ dueAt, state, why }) => [dueAt.getUTCHours(), state, why]);
const NOBODY = 'no process that reads it looked for work';

describe('catching up', () => {
  it('sees the next slot of a source that was never seen, and invents no past', () => {
    expect(after({})).toEqual({ ended: [], missed: [], due: [hour(13)] });
  });

  it('does nothing while the next slot is seen and none is open', () => {
    expect(after({ lastSeen: seen(13), seen: [seen(12), seen(13)] })).toEqual({
      ended: [],
      missed: [],
      due: [],
    });
  });

  it('lets a slot that has come run, and sees the one after it', () => {
    const plan = after({ open: [due(12)], lastSeen: seen(12), seen: [seen(12)] });
    expect(plan).toEqual({ ended: [], missed: [], due: [hour(13)] });
  });

  it('runs the newest slot after downtime and records every older one as missed', () => {
    const plan = after({ open: [due(9)], lastSeen: seen(9), seen: [seen(9)] });
    expect(plan.due).toEqual([hour(12), hour(13)]);
    expect(told(plan.ended)).toEqual([[9, 'missed', NOBODY]]);
    expect(told(plan.missed)).toEqual([
      [10, 'missed', NOBODY],
      [11, 'missed', NOBODY],
    ]);
  });

  it('does not say that nobody was there while the source was left out of the configuration', () => {
    const plan = after({ lastSeen: { ...seen(9), leftOut: true }, seen: [] });
    expect(plan.due).toEqual([hour(12), hour(13)]);
    expect(told(plan.missed)).toEqual([
      [10, 'missed', 'the source was not configured'],
      [11, 'missed', 'the source was not configured'],
    ]);
  });

  it('tells of a slot that waited while somebody was there', () => {
    const plan = after({
      open: [due(11), due(12)],
      lastSeen: seen(13),
      seen: [seen(11), seen(12), seen(13)],
    });
    expect(told(plan.ended)).toEqual([
      [11, 'missed', 'it was still waiting for its turn when the next slot was due'],
    ]);
    expect(plan.due).toEqual([]);
  });

  it('leaves the newest abandoned slot to be taken over, and fails an older one', () => {
    const abandoned: OpenSlot = { ...due(11), state: 'abandoned' };
    expect(after({ open: [abandoned], lastSeen: seen(13), seen: [seen(13)] }).ended).toEqual([]);
    const plan = after({
      open: [abandoned, due(12)],
      lastSeen: seen(13),
      seen: [seen(11), seen(12), seen(13)],
    });
    expect(told(plan.ended)).toEqual([
      [11, 'failed', 'the process that read it stopped before publishing, and a newer slot was due'],
    ]);
  });

  it('records what comes due while the source is paused, the newest too, and keeps looking ahead', () => {
    const paused = { at: hour(10, 30), why: 'the password was refused' };
    const plan = after({ open: [due(11)], lastSeen: seen(11), seen: [seen(11)], paused });
    const why = 'paused since 2026-06-01T10:30:00.000Z: the password was refused';
    expect(told(plan.ended)).toEqual([[11, 'missed', why]]);
    expect(told(plan.missed)).toEqual([[12, 'missed', why]]);
    expect(plan.due).toEqual([hour(13)]);
  });

  it('keeps a slot that had come before the pause: it may run once resumed', () => {
    const paused = { at: hour(12, 5), why: 'the password was refused' };
    expect(after({ open: [due(12)], lastSeen: seen(13), seen: [seen(12), seen(13)], paused }).ended).toEqual(
      [],
    );
  });

  it('does not run a slot that a changed schedule no longer has', () => {
    const daily: Schedule = { expression: '0 3 * * *', timezone: 'UTC' };
    const plan = after({ open: [due(12)], lastSeen: seen(12), seen: [seen(12)] }, daily);
    expect(told(plan.ended)).toEqual([[12, 'missed', 'the schedule was changed before it was due']]);
    expect(plan.due).toEqual([hour(27)]);
  });

  it('ends a scheduled slot of a source that has no schedule any more, and sees no other', () => {
    const plan = after({ open: [due(12)], lastSeen: seen(12), seen: [seen(12)] }, null);
    expect(told(plan.ended)).toEqual([[12, 'missed', 'the schedule was changed before it was due']]);
    expect(plan.due).toEqual([]);
  });

  it('takes up a changed schedule although a slot of the old one lies far ahead', () => {
    const newYear = { dueAt: new Date('2027-01-01T00:00:00Z'), createdAt: hour(1) };
    expect(after({ lastSeen: newYear, seen: [newYear] })).toEqual({ ended: [], missed: [], due: [hour(13)] });
  });

  it('runs a manual slot that was abandoned whatever the schedule says', () => {
    const manual: OpenSlot = { dueAt: hour(11, 17), trigger: 'manual', state: 'abandoned' };
    expect(after({ open: [manual], lastSeen: seen(13), seen: [seen(13)] }).ended).toEqual([]);
  });

  it('bounds what it lists after a long gap, and lets the oldest row tell of the rest', () => {
    const plan = after({ lastSeen: seen(-48), seen: [] }, hourly, 3);
    expect(plan.due).toEqual([hour(12), hour(13)]);
    expect(told(plan.missed)).toEqual([
      [
        10,
        'missed',
        `${NOBODY}; it stands for every slot after 2026-05-30T00:00:00.000Z, not listed one by one`,
      ],
      [11, 'missed', NOBODY],
    ]);
  });

  it('tells of a slot that nobody had seen before the next one was due', () => {
    const seenLate = { dueAt: hour(12), createdAt: hour(12, 1) };
    const plan = after({ open: [due(11), due(12)], lastSeen: seenLate, seen: [seen(11), seenLate] });
    expect(told(plan.ended)).toEqual([[11, 'missed', NOBODY]]);
    const seenInTime = { dueAt: hour(12), createdAt: hour(12) };
    const waited = after({ open: [due(11), due(12)], lastSeen: seenInTime, seen: [seen(11), seenInTime] });
    expect(told(waited.ended)).toEqual([
      [11, 'missed', 'it was still waiting for its turn when the next slot was due'],
    ]);
  });

  it('lets a slot that somebody had begun be taken over, paused or rescheduled meanwhile or not', () => {
    const abandoned: OpenSlot = { ...due(12), state: 'abandoned' };
    const lastSeen = seen(13);
    const paused = { at: hour(11), why: 'the password was refused' };
    expect(after({ open: [abandoned], lastSeen, seen: [lastSeen], paused }).ended).toEqual([]);
    const daily: Schedule = { expression: '0 3 * * *', timezone: 'UTC' };
    expect(after({ open: [abandoned], lastSeen, seen: [lastSeen] }, daily).ended).toEqual([]);
  });

  it('runs a slot that a person asked for, with a schedule that does not have it and without any', () => {
    const manual: OpenSlot = { dueAt: hour(12, 5), trigger: 'manual', state: 'due' };
    const lastSeen = seen(13);
    expect(after({ open: [manual], lastSeen, seen: [lastSeen] }).ended).toEqual([]);
    expect(after({ open: [manual], lastSeen, seen: [lastSeen] }, null).ended).toEqual([]);
  });

  it('tells of a pause that ended before anybody came back, and reads the newest slot all the same', () => {
    const over = { at: hour(8, 30), until: hour(10, 30), why: 'refused' };
    const told = 'paused since 2026-06-01T08:30:00.000Z, until 2026-06-01T10:30:00.000Z: refused';
    const plan = after({ open: [due(9)], lastSeen: seen(9), seen: [seen(9)], pausesOver: [over] });
    expect([...plan.ended, ...plan.missed].map(({ dueAt, why }) => [dueAt, why])).toEqual([
      [hour(9), told],
      [hour(10), told],
      [hour(11), 'no process that reads it looked for work'],
    ]);
    expect(plan.due).toEqual([hour(12), hour(13)]);
    const all = after({
      lastSeen: seen(11),
      seen: [seen(11)],
      pausesOver: [{ ...over, until: hour(12, 5) }],
    });
    expect(all.due).toEqual([hour(12), hour(13)]);
  });

  it('counts the moment of the pause as paused', () => {
    const paused = { at: hour(12), why: 'refused' };
    expect(told(after({ open: [due(12)], lastSeen: seen(12), seen: [seen(12)], paused }).ended)).toEqual([
      [12, 'missed', 'paused since 2026-06-01T12:00:00.000Z: refused'],
    ]);
  });
});
