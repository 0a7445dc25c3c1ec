import fc from 'fast-check';
import {
  DUPLICATES,
  type Delivery,
  OUTCOMES,
  pauseAfter,
  settle,
  TRIED_FOR,
  type Tried,
} from './back-off.js';

const HOUR = 3_600_000;
const outcomes = fc.constantFrom(...OUTCOMES);
const dice = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** Tries a message again and again, as the outbox does, until it is sent or dead. */
function live(answers: readonly Delivery['outcome'][], random: readonly number[]) {
  const tried: { attempts: number; unconfirmed: number; ageMs: number } = {
    attempts: 0,
    unconfirmed: 0,
    ageMs: 0,
  };
  const copies: Delivery['outcome'][] = [];
  for (;;) {
    const i = tried.attempts;
    const outcome = answers[i % answers.length] ?? 'failed';
    copies.push(outcome);
    const settlement = settle(tried, { outcome, said: 'x' }, random[i % random.length] ?? 0);
    if (settlement.state !== 'pending') return { ...tried, settlement, copies };
    tried.attempts++;
    tried.unconfirmed += outcome === 'unconfirmed' ? 1 : 0;
    tried.ageMs += settlement.pauseMs;
    if (tried.attempts > 10_000) throw new Error('it never ends');
  }
}

describe('a message', () => {
  it('ends, whatever happens, within 24 hours and a bounded number of attempts', () => {
    fc.assert(
      fc.property(
        fc.array(outcomes, { minLength: 1 }),
        fc.array(dice, { minLength: 1 }),
        (answers, random) => {
          const { attempts, ageMs } = live(answers, random);
          expect(ageMs).toBeLessThanOrEqual(TRIED_FOR);
          expect(attempts).toBeLessThan(60);
        },
      ),
    );
  });

  it('that always fails is tried for the whole time, and then dead with the last words', () => {
    fc.assert(
      fc.property(fc.array(dice, { minLength: 1 }), (random) => {
        const { ageMs, settlement, attempts } = live(['failed'], random);
        expect(ageMs).toBe(TRIED_FOR);
        expect(attempts).toBeGreaterThan(12);
        expect(settlement).toEqual({
          state: 'dead',
          why: expect.stringContaining('within 24 hours. Last: x'),
        });
      }),
    );
  });

  it('gives at most three duplicates where nobody knows whether it arrived', () => {
    fc.assert(
      fc.property(
        fc.array(outcomes, { minLength: 1 }),
        fc.array(dice, { minLength: 1 }),
        (answers, random) => {
          const { copies } = live(answers, random);
          const perhaps = copies.filter((copy) => copy === 'unconfirmed' || copy === 'sent').length;
          expect(perhaps).toBeLessThanOrEqual(DUPLICATES + 1);
        },
      ),
    );
  });

  it('is dead at once when it is refused for good', () => {
    expect(settle(fresh, { outcome: 'refused', said: '550 no such user' }, 0)).toEqual({
      state: 'dead',
      why: '550 no such user',
    });
  });

  it('waits at least as long as the other side asks, within reason', () => {
    const pause = (pauseMs: number) => settle(fresh, { outcome: 'failed', said: 'x', pauseMs }, 0);
    expect(pause(600_000)).toMatchObject({ pauseMs: 600_000 });
    expect(pause(99 * HOUR)).toMatchObject({ pauseMs: 2 * HOUR });
  });
});

const fresh: Tried = { attempts: 0, unconfirmed: 0, ageMs: 0 };

describe('a pause', () => {
  it('doubles from half a minute to two hours, and varies by half', () => {
    expect([0, 1, 2, 3].map((n) => pauseAfter(n, 1))).toEqual([30_000, 60_000, 120_000, 240_000]);
    expect(pauseAfter(1_000, 1)).toBe(2 * HOUR);
    expect(pauseAfter(0, 0)).toBe(15_000);
  });
});
