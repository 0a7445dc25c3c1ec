import { admins, ELEVEN, facts, list, reading, RECORDED, TEN } from '../../test/support/drift-facts.js';
import type { Facts } from './facts.js';
import { Readings } from './windows.js';

const NINE = new Date('2026-03-01T09:00:00Z');
const readings = (changed: Partial<Facts> = {}) => new Readings(facts(changed));
const [users, one, two, three] = [list('users', ''), admins('1'), admins('2'), admins('3')];

describe('the lists of a change', () => {
  const some = readings({
    readings: [reading(three), reading(one), reading(users), reading(two, { known: false })],
  });

  it('are believed if they were read before', () => {
    expect([users, one, two, three, admins('9')].map((of) => some.isKnown(of))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  it('leave it to that of the scope itself, else to the first by name, never to a first read', () => {
    expect(some.deciding([one, three], '3')).toEqual(three);
    expect(some.deciding([three, one], '1')).toEqual(one);
    expect(some.deciding([three, one, users], '2')).toEqual(one);
    expect(some.deciding([users, three], '2')).toEqual(three);
    expect(some.deciding([two, three], '2')).toEqual(three);
    expect(some.deciding([two])).toBeUndefined();
  });
});

describe('a window', () => {
  it('reaches from the last read that was whole to this one', () => {
    expect(readings({ readings: [reading(one)] }).windowOf(one)).toEqual({
      notSeenAt: TEN,
      seenAt: ELEVEN,
      statedBy: ['rolewatch'],
    });
  });

  it('names who stated either end, once, and not who stated nothing', () => {
    const by = (provenBy: string | null, statedBy: string | null) =>
      readings({ readings: [reading(one, { provenBy, statedBy })] }).windowOf(one).statedBy;
    expect(by('ann', 'bob')).toEqual(['ann', 'bob']);
    expect(by('ann', 'ann')).toEqual(['ann']);
    expect(by(null, 'bob')).toEqual(['bob']);
    expect(by('ann', null)).toEqual(['ann']);
  });

  it('has no beginning where nothing was read before, and ends with the snapshot where nothing was read now', () => {
    const never = readings({ readings: [reading(one, { provenFrom: null, readTo: null, statedBy: null })] });
    expect(never.windowOf(one)).toEqual({ seenAt: RECORDED, statedBy: [] });
    expect(never.windowOf(three)).toEqual({ seenAt: RECORDED, statedBy: [] });
  });

  it('of what was held back reaches to before it was first asked for, of nobody and nothing else', () => {
    const held = readings({
      readings: [reading(one), reading(two)],
      held: [{ list: one, identity: '5', provenFrom: NINE, provenBy: 'ann' }],
    });
    expect(held.windowOf(one, '5')).toEqual({
      notSeenAt: NINE,
      seenAt: ELEVEN,
      statedBy: ['ann', 'rolewatch'],
    });
    expect(held.windowOf(one, '6').notSeenAt).toEqual(TEN);
    expect(held.windowOf(one).notSeenAt).toEqual(TEN);
    expect(held.windowOf(two, '5').notSeenAt).toEqual(TEN);
  });

  it('of a scope that left ends with the snapshot; the first list that there is says when it began', () => {
    const left = readings({ readings: [reading(one), reading(two, { provenFrom: NINE, provenBy: 'ann' })] });
    expect(left.windowOfLeaving([two, one])).toEqual({
      notSeenAt: NINE,
      seenAt: RECORDED,
      statedBy: ['ann', 'rolewatch'],
    });
    expect(left.windowOfLeaving([three, one]).notSeenAt).toEqual(TEN);
    expect(left.windowOfLeaving([three])).toEqual({ seenAt: RECORDED, statedBy: [] });
    expect(left.windowOfLeaving([])).toEqual({ seenAt: RECORDED, statedBy: [] });
  });
});
