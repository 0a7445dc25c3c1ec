import fc from 'fast-check';
import { type CatchUp, catchUp, type OpenSlot, type SeenSlot, type Situation } from './catch-up.js';
import { planScopes } from './plan.js';
import type { Schedule } from '../platform/slots.js';

const hourly: Schedule = { expression: '0 * * * *', timezone: 'UTC' };
/** Zones are slow to compute. */
const RUNS = { numRuns: 30 };
const HOUR = 3_600_000;
const START = Date.UTC(2026, 5, 1);
const hour = (n: number): Date => new Date(START + n * HOUR);

/** What a store of slots may look like at some moment between 12 and 20 o'clock, whoever was there before. */
const situations = fc
  .record({
    now: fc.integer({ min: 12 * 60, max: 20 * 60 }).map((minutes) => new Date(START + minutes * 60_000)),
    seen: fc.uniqueArray(fc.nat(11), { maxLength: 6 }),
    late: fc.boolean(),
    open: fc.infiniteStream(fc.boolean()),
    abandoned: fc.infiniteStream(fc.boolean()),
    paused: fc.option(fc.nat(20).map((n) => ({ at: hour(n), why: 'refused' }))),
  })
  .map(({ now, seen, late, open, abandoned, paused }): Situation => {
    const hours = seen.sort((a, b) => a - b);
    const slots = hours.map((n): SeenSlot => ({ dueAt: hour(n), createdAt: hour(late ? n + 1 : n - 1) }));
    const openSlots = hours
      .filter(() => open.next().value)
      .map((n): OpenSlot => ({
        dueAt: hour(n),
        trigger: 'schedule',
        state: abandoned.next().value ? 'abandoned' : 'due',
      }));
    return { now, open: openSlots, lastSeen: slots.at(-1) ?? null, seen: slots, paused, pausesOver: [] };
  });

const at = (slots: readonly { readonly dueAt: Date }[]): number[] =>
  slots.map(({ dueAt }) => dueAt.getTime());
const times = (slots: readonly Date[]): number[] => slots.map((slot) => slot.getTime());

/** The store after what was decided has been written. */
function written({ ended, missed, due }: CatchUp, { now, open, seen, paused }: Situation): Situation {
  const gone = new Set(at(ended));
  const added = [...missed.map(({ dueAt }) => dueAt), ...due].map((dueAt): SeenSlot => ({
    dueAt,
    createdAt: now,
  }));
  const nowSeen = [...seen, ...added].sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  return {
    now,
    open: [
      ...open.filter(({ dueAt }) => !gone.has(dueAt.getTime())),
      ...due
        .filter((dueAt) => dueAt <= now)
        .map((dueAt): OpenSlot => ({ dueAt, trigger: 'schedule', state: 'due' })),
    ],
    lastSeen: nowSeen.at(-1) ?? null,
    seen: nowSeen,
    paused,
    pausesOver: [],
  };
}

describe('laws of catching up', () => {
  it('every passed slot since the last one seen has one state, and none is invented before it', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { missed, due } = catchUp(hourly, situation);
        const last = situation.lastSeen?.dueAt.getTime();
        const passed: number[] = [];
        for (let t = last === undefined ? Infinity : last + HOUR; t <= situation.now.getTime(); t += HOUR)
          passed.push(t);
        const ahead = Math.floor(situation.now.getTime() / HOUR) * HOUR + HOUR;
        expect([...at(missed), ...times(due)].sort((a, b) => a - b)).toEqual([...passed, ahead]);
      }),
      RUNS,
    );
  });

  it('at most one slot may run, the newest that may, and all other open ones end', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = catchUp(hourly, situation);
        const after = written(plan, situation);
        expect(after.open.length).toBeLessThanOrEqual(1);
        const kept = after.open[0]?.dueAt.getTime() ?? -Infinity;
        const isPaused = (slot: number): boolean =>
          situation.paused !== null && situation.paused.at.getTime() <= slot;
        const candidates = [
          ...situation.open.filter(({ state, dueAt }) => state === 'abandoned' || !isPaused(dueAt.getTime())),
          ...plan.missed.filter(({ dueAt }) => !isPaused(dueAt.getTime())),
        ];
        for (const { dueAt } of candidates) expect(dueAt.getTime()).toBeLessThanOrEqual(kept);
      }),
      RUNS,
    );
  });

  it('what was decided once is decided: asked again at the same moment, nothing is left to do', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const after = written(catchUp(hourly, situation), situation);
        expect(catchUp(hourly, after)).toEqual({ ended: [], missed: [], due: [] });
      }),
      RUNS,
    );
  });

  it('failed is only what somebody had begun; everything else that ends was missed, with a reason', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { ended, missed } = catchUp(hourly, situation);
        const begun = new Set(at(situation.open.filter(({ state }) => state === 'abandoned')));
        for (const { dueAt, state, why } of ended) {
          expect(state).toBe(begun.has(dueAt.getTime()) ? 'failed' : 'missed');
          expect(why).not.toBe('');
        }
        for (const { state, why } of missed) expect([state, why === '']).toEqual(['missed', false]);
      }),
      RUNS,
    );
  });

  it('a pause keeps what comes after it from running, and nothing that came before', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { ended, missed } = catchUp(hourly, situation);
        const { paused } = situation;
        const begun = new Set(at(situation.open.filter(({ state }) => state === 'abandoned')));
        for (const { dueAt, why } of [...ended, ...missed]) {
          if (begun.has(dueAt.getTime())) continue;
          expect(why.startsWith('paused since')).toBe(paused !== null && paused.at <= dueAt);
        }
      }),
      RUNS,
    );
  });

  it('however long the gap, no more than the limit is listed, and the oldest tells of the rest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 20 }), (limit, gap) => {
        const lastSeen = { dueAt: hour(20 - gap), createdAt: hour(0) };
        const { missed } = catchUp(
          hourly,
          { now: hour(20), open: [], lastSeen, seen: [], paused: null, pausesOver: [] },
          limit,
        );
        expect(missed).toHaveLength(Math.min(gap, limit) - 1);
        const cut = missed.map(({ why }) => why.includes('it stands for every slot after'));
        expect(cut).toEqual(missed.map((_, i) => i === 0 && gap > limit));
      }),
      RUNS,
    );
  });
});

describe('laws of planning scopes', () => {
  const scopes = fc.uniqueArray(fc.integer({ min: 1, max: 12 }).map(String), { maxLength: 6 });
  const known = fc.record({
    configured: fc.option(scopes),
    listed: fc.option(scopes),
    watched: scopes,
    lastListed: scopes,
  });
  const has = (list: readonly string[], all: readonly string[]): boolean =>
    all.every((one) => list.includes(one));

  it('every watched scope is read on or leaves, never both', () => {
    fc.assert(
      fc.property(known, (facts) => {
        const { read, left } = planScopes(facts);
        const leaving = left.map(({ scope }) => scope);
        expect(facts.watched.filter((scope) => read.includes(scope) === leaving.includes(scope))).toEqual([]);
        expect(has(facts.watched, leaving)).toBe(true);
      }),
    );
  });

  it('what is read was listed and configured; if discovery fails, configured, else what was known', () => {
    fc.assert(
      fc.property(known, ({ configured, listed, watched, lastListed }) => {
        const { read } = planScopes({ configured, listed, watched, lastListed });
        const expected =
          listed === null
            ? (configured ?? [...new Set([...lastListed, ...watched])])
            : listed.filter((scope) => configured?.includes(scope) ?? true);
        expect(new Set(read)).toEqual(new Set(expected));
        expect(read).toHaveLength(new Set(read).size);
      }),
    );
  });

  it('no scope leaves for a discovery that failed', () => {
    fc.assert(
      fc.property(known, (facts) => {
        const { left } = planScopes({ ...facts, listed: null });
        expect(left.filter(({ by }) => by === 'scope')).toEqual([]);
        expect(left.filter(({ scope }) => facts.configured?.includes(scope) ?? true)).toEqual([]);
      }),
    );
  });

  it('a scope leaves because of the configuration if and only if that does not name it, or the source never listed it', () => {
    fc.assert(
      fc.property(known, (facts) => {
        for (const { scope, by } of planScopes(facts).left)
          expect(by === 'scope').toBe(
            (facts.configured?.includes(scope) ?? true) && facts.lastListed.includes(scope),
          );
      }),
    );
  });

  it('unlisted is what somebody configured and what is neither read nor leaving', () => {
    fc.assert(
      fc.property(known, (facts) => {
        const { read, left, unlisted } = planScopes(facts);
        const elsewhere = [...read, ...left.map(({ scope }) => scope)];
        expect(new Set(unlisted)).toEqual(
          new Set((facts.configured ?? []).filter((scope) => !elsewhere.includes(scope))),
        );
      }),
    );
  });

  it('the order of what is known says nothing, and every list is in the order of its numbers', () => {
    fc.assert(
      fc.property(known, ({ configured, listed, watched, lastListed }) => {
        const turned = {
          configured: configured && [...configured].reverse(),
          listed: listed && [...listed].reverse(),
          watched: [...watched].reverse(),
          lastListed: [...lastListed].reverse(),
        };
        const plan = planScopes({ configured, listed, watched, lastListed });
        expect(planScopes(turned)).toEqual(plan);
        for (const list of [plan.read, plan.left.map(({ scope }) => scope), plan.unlisted])
          expect(list).toEqual([...list].sort((a, b) => Number(a) - Number(b)));
      }),
    );
  });
});
