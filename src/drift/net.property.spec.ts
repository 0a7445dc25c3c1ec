import fc from 'fast-check';
import { admins, facts, grant, identity, type Presence, role } from '../../test/support/drift-facts.js';
import { permissionModelOf } from '../access/permission-model.js';
import { explain } from './explain.js';
import { net, type NettedChange } from './net.js';
import type { RecordedChange } from './recorded.js';
import type { ToldChange } from './told.js';

const EPMM = permissionModelOf('ivanti-epmm');
const MAMBO = permissionModelOf('mambo-emm');
const CATALOGUE: Readonly<Record<string, readonly string[]>> = { 7: ['View', 'Wipe'], 2: ['Lock', 'View'] };
const RIGHTS = ['10', '11'].flatMap((principal) =>
  ['7', '2'].flatMap((of) => ['1', '3'].map((scope) => ({ principal, of, scope }))),
);
type Rights = readonly (typeof RIGHTS)[number][];
/** Which rights are held in one snapshot after the other. */
const histories = fc.array(fc.subarray(RIGHTS), { minLength: 2, maxLength: 5 });

const presence = (before: boolean, after: boolean): Presence =>
  before ? (after ? 'both' : 'before') : after ? 'after' : 'neither';
const holds = (rights: Rights, id: string): boolean => rights.some(({ principal }) => principal === id);

/** Changes from one state to the next; a principal is listed as long as it holds something. */
function changes(before: Rights, after: Rights): ToldChange[] {
  const found = facts({
    identities: ['10', '11'].map((id) =>
      identity(id, presence(holds(before, id), holds(after, id)), {
        statedIn: [{ ...admins('1'), touched: true }],
      }),
    ),
    grants: RIGHTS.filter((right) => before.includes(right) || after.includes(right)).map((right) =>
      grant(right.principal, right.of, right.scope, presence(before.includes(right), after.includes(right))),
    ),
    roles: Object.entries(CATALOGUE).map(([id, permissions]) => role(id, '1', permissions)),
  });
  return explain(found);
}

const recorded = (seq: number, told: readonly ToldChange[]): RecordedChange[] =>
  told.map(({ attribute: _, ...change }) => ({ ...change, seq }));
const neighbours = (states: readonly Rights[]): RecordedChange[] =>
  states.slice(1).flatMap((after, i) => recorded(i + 2, changes(states[i] ?? [], after)));
const rightsTold = (told: readonly Pick<NettedChange, 'what' | 'subject' | 'role' | 'scope'>[]): string[] =>
  told
    .filter(({ role }) => role !== undefined)
    .map(({ what, subject, role, scope }) => `${what} ${subject} ${role} ${scope}`)
    .sort();

/** What everybody may do where: `principal scope permission`. */
function allowed(rights: Rights): Set<string> {
  return new Set(
    rights.flatMap(({ principal, of, scope }) =>
      (CATALOGUE[of] ?? []).map((permission) => `${principal} ${scope} ${permission}`),
    ),
  );
}

function apply(before: ReadonlySet<string>, told: readonly NettedChange[]): Set<string> {
  const result = new Set(before);
  for (const { subject, scope, effective } of told) {
    for (const one of effective?.lost ?? []) result.delete(`${subject} ${scope} ${one}`);
    for (const one of effective?.gained ?? []) result.add(`${subject} ${scope} ${one}`);
  }
  return result;
}

describe('laws of netting', () => {
  it('over missed slots the changes of neighbours compose to those between the ends', () => {
    fc.assert(
      fc.property(histories, (states) => {
        const [first, last] = [states[0] ?? [], states.at(-1) ?? []];
        expect(rightsTold(net(neighbours(states), EPMM))).toEqual(rightsTold(changes(first, last)));
      }),
    );
  });

  it('what is told as gained and lost leads from what was allowed to what is allowed', () => {
    fc.assert(
      fc.property(histories, (states) => {
        const [first, last] = [states[0] ?? [], states.at(-1) ?? []];
        const netted = net(neighbours(states), EPMM);
        expect([...apply(allowed(first), netted)].sort()).toEqual([...allowed(last)].sort());
        for (const { effective } of netted) {
          const both = effective?.gained.filter((one) => effective.lost.includes(one));
          expect(both ?? []).toEqual([]);
        }
      }),
    );
  });

  it('nothing is told as gained that was had before, or as lost that is still had', () => {
    fc.assert(
      fc.property(histories, (states) => {
        const [before, after] = [allowed(states[0] ?? []), allowed(states.at(-1) ?? [])];
        for (const { subject, scope, effective } of net(neighbours(states), EPMM)) {
          for (const one of effective?.gained ?? [])
            expect(before.has(`${subject} ${scope} ${one}`)).toBe(false);
          for (const one of effective?.lost ?? [])
            expect(after.has(`${subject} ${scope} ${one}`)).toBe(false);
        }
      }),
    );
  });

  it('there and back again is nothing', () => {
    fc.assert(
      fc.property(histories, (states) => {
        const back = [...states, ...[...states].reverse().slice(1)];
        expect(net(neighbours(back), EPMM)).toEqual([]);
        expect(net([], EPMM)).toEqual([]);
      }),
    );
  });

  it('the way back is told as the mirror image', () => {
    const mirror: Readonly<Record<string, string>> = {
      'role-granted': 'role-revoked',
      'role-revoked': 'role-granted',
    };
    fc.assert(
      fc.property(histories, (states) => {
        const there = rightsTold(net(neighbours(states), EPMM));
        const back = rightsTold(net(neighbours([...states].reverse()), EPMM));
        expect(back.map((one) => one.replace(/^\S+/, (what) => mirror[what] ?? what)).sort()).toEqual(there);
      }),
    );
  });

  it('somebody appears or disappears only with rights to show for it', () => {
    fc.assert(
      fc.property(histories, (states) => {
        const [first, last] = [states[0] ?? [], states.at(-1) ?? []];
        for (const { what, subject = '' } of net(neighbours(states), EPMM)) {
          if (what === 'principal-appeared') expect(holds(last, subject)).toBe(true);
          if (what === 'principal-disappeared') expect(holds(first, subject)).toBe(true);
        }
        const told = new Set(
          net(neighbours([first, last]), EPMM).map(({ what, subject }) => `${what} ${subject}`),
        );
        for (const id of ['10', '11']) {
          expect(told.has(`principal-appeared ${id}`)).toBe(!holds(first, id) && holds(last, id));
          expect(told.has(`principal-disappeared ${id}`)).toBe(holds(first, id) && !holds(last, id));
        }
      }),
    );
  });

  it('every change stands in one place at most, in the order of beginnings, parts behind their whole', () => {
    fc.assert(
      fc.property(histories, (states) => {
        const all = neighbours(states);
        const place = new Map(all.map(({ seq, no }, i) => [`${seq}.${no}`, i]));
        const netted = net(all, EPMM);
        const ids = netted.flatMap((one) => one.ids);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => place.has(id))).toBe(true);
        const began = netted.map((one) => place.get(one.ids[0]) ?? -1);
        expect(began).toEqual([...began].sort((a, b) => a - b));
        const firsts = new Set(netted.map((one) => one.ids[0]));
        for (const { ids: own, partOf } of netted) {
          expect(own).toEqual([...own].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
          if (partOf === undefined) continue;
          expect(firsts.has(partOf)).toBe(true);
          expect(own).not.toContain(partOf);
        }
      }),
    );
  });

  it('one step alone is told as it is', () => {
    fc.assert(
      fc.property(fc.subarray(RIGHTS), fc.subarray(RIGHTS), (before, after) => {
        const told = changes(before, after);
        const plain = told.map(({ no, partOf, ...change }) => ({
          ...change,
          ids: [`2.${no}`],
          ...(partOf !== undefined && { partOf: `2.${partOf}` }),
        }));
        expect(net(recorded(2, told), EPMM)).toEqual(plain);
      }),
    );
  });

  it('the window reaches from before the first step to after the last', () => {
    const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 1, 10, minute));
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (others) => {
        const steps = Array.from({ length: 2 * others.length + 1 }, (_, i): RecordedChange => ({
          ...{ seq: i + 2, no: 1, what: i % 2 === 0 ? 'role-granted' : 'role-revoked', cause: 'assignment' },
          ...{ kind: 'local-admin', subject: '10', role: '7', scope: '1' },
          window: {
            notSeenAt: at(i),
            seenAt: at(i + 1),
            statedBy: others[i] === true ? ['ann', 'bob'] : ['ann'],
          },
        }));
        const [one, ...rest] = net(steps, EPMM);
        expect(rest).toEqual([]);
        expect(one?.window).toEqual({
          notSeenAt: at(0),
          seenAt: at(steps.length),
          statedBy: others.includes(true) ? ['ann', 'bob'] : ['ann'],
        });
        expect(one?.ids).toEqual(steps.map(({ seq }) => `${seq}.1`));
      }),
    );
  });
});

describe('laws of levels', () => {
  const AREA = 'webhooks';
  const LADDER = MAMBO.ladders.get(AREA) ?? [];
  const levels = fc.array(fc.integer({ min: 0, max: LADDER.length }), { minLength: 2, maxLength: 5 });
  const nameOf = (height: number): string | null => LADDER[height - 1]?.slice(AREA.length + 1) ?? null;

  function steps(from: number, to: number): ToldChange[] {
    return explain(
      facts({
        model: MAMBO,
        identities: [
          identity('10', 'both', { kind: 'access-token', statedIn: [{ ...admins('1'), touched: true }] }),
        ],
        grants: LADDER.map((permission, i) =>
          grant('10', '', '1', presence(i < from, i < to), { target: `permission:${permission}` }),
        ).filter((one) => one.before || one.after),
      }),
    );
  }

  it('each step of a ladder is one change with the levels at its ends, up or down', () => {
    fc.assert(
      fc.property(levels, ([from = 0, to = 0]) => {
        const told = steps(from, to);
        expect(told.map(({ what, level }) => [what, level])).toEqual(
          from === to
            ? []
            : [[to > from ? 'level-raised' : 'level-lowered', { before: nameOf(from), after: nameOf(to) }]],
        );
        const between = LADDER.slice(Math.min(from, to), Math.max(from, to)).sort();
        for (const { effective } of told)
          expect(effective).toEqual(
            to > from ? { gained: between, lost: [] } : { gained: [], lost: between },
          );
      }),
    );
  });

  it('any walk on a ladder nets to the step from its first level to its last', () => {
    fc.assert(
      fc.property(levels, (heights) => {
        const [first = 0, last = 0] = [heights[0], heights.at(-1)];
        const walk = heights.slice(1).flatMap((to, i) => recorded(i + 2, steps(heights[i] ?? 0, to)));
        const plain = (all: readonly Pick<NettedChange, 'what' | 'level' | 'effective' | 'permission'>[]) =>
          all.map(({ what, level, effective, permission }) => ({ what, level, effective, permission }));
        expect(plain(net(walk, MAMBO))).toEqual(plain(steps(first, last)));
      }),
    );
  });
});

describe('laws of the catalogue', () => {
  const definitions = fc.array(fc.option(fc.subarray(['A', 'B', 'C'])), { minLength: 2, maxLength: 5 });
  const step = (before: readonly string[] | null, after: readonly string[] | null): ToldChange[] =>
    explain(facts({ roles: [role('7', '1', before, after)] }));
  const less = (a: readonly string[] | null, b: readonly string[] | null): string[] =>
    (a ?? []).filter((one) => !(b ?? []).includes(one));

  it('a role is defined, redefined or retired with exactly what it allows more and less', () => {
    fc.assert(
      fc.property(definitions, ([before = null, after = null]) => {
        const effective = { gained: less(after, before), lost: less(before, after) };
        const nothing =
          before === null
            ? after === null
            : after !== null && effective.gained.length + effective.lost.length === 0;
        const what = before === null ? 'role-defined' : after === null ? 'role-retired' : 'role-redefined';
        expect(step(before, after).map((one) => [one.what, one.effective])).toEqual(
          nothing ? [] : [[what, effective]],
        );
      }),
    );
  });

  it('any history of a role nets to the step from its first definition to its last', () => {
    fc.assert(
      fc.property(definitions, (all) => {
        const history = all.slice(1).flatMap((after, i) => recorded(i + 2, step(all[i] ?? null, after)));
        const plain = (told: readonly Pick<NettedChange, 'what' | 'effective'>[]) =>
          told.map(({ what, effective }) => ({ what, effective }));
        expect(plain(net(history, EPMM))).toEqual(plain(step(all[0] ?? null, all.at(-1) ?? null)));
      }),
    );
  });
});

describe('laws of members', () => {
  interface State {
    readonly count: number | null;
    readonly there: readonly string[];
  }
  const states: fc.Arbitrary<State[]> = fc.array(
    fc.record({ count: fc.option(fc.nat(3)), there: fc.subarray(['51', '52', '53']) }),
    { minLength: 2, maxLength: 4 },
  );

  /** As a step tells it; `cut`: more moved than are named. */
  function step(seq: number, before: State, after: State, cut: boolean): RecordedChange {
    const one = (id: string, presentOnly: 'before' | 'after') =>
      ({ id, kind: 'directory-user', presentOnly }) as const;
    const affected = [
      ...after.there.filter((id) => !before.there.includes(id)).map((id) => one(id, 'after')),
      ...before.there.filter((id) => !after.there.includes(id)).map((id) => one(id, 'before')),
    ];
    return {
      ...{ seq, no: 1, what: 'members-changed', cause: 'ou', kind: 'ldap-ou', subject: '40' },
      window: { seenAt: new Date(seq), statedBy: ['ann'] },
      members: {
        before: before.count,
        after: after.count,
        known: after.count !== null,
        allows: [`in ${seq}`],
      },
      affected,
      affectedCount: affected.length + (cut ? 1 : 0),
    };
  }

  it('any history of a unit nets to who is there at one end only, counted from the first to the last', () => {
    fc.assert(
      fc.property(states, fc.boolean(), (all, cut) => {
        const steps = all.slice(1).map((after, i) => step(i + 2, all[i] ?? after, after, cut && i === 0));
        const nobody: State = { count: null, there: [] };
        const [first, last] = [all[0] ?? nobody, all.at(-1) ?? nobody];
        const [one, ...rest] = net(steps, EPMM);
        const moved = [
          ...last.there.filter((id) => !first.there.includes(id)).map((id) => `${id} after`),
          ...first.there.filter((id) => !last.there.includes(id)).map((id) => `${id} before`),
        ].sort();
        expect(rest).toEqual([]);
        const isNothing = first.count === last.count && moved.length === 0 && !cut;
        expect(one === undefined).toBe(isNothing);
        if (one === undefined) return;
        expect(one.members).toEqual({
          ...{ before: first.count, after: last.count, known: last.count !== null },
          allows: [`in ${all.length}`],
        });
        expect(one.affected?.map(({ id, presentOnly }) => `${id} ${presentOnly}`).sort()).toEqual(moved);
        expect(one.affectedCount).toBe(cut ? undefined : moved.length);
      }),
    );
  });

  it('of a group, whose people are not known, nobody is named', () => {
    const {
      affected: _,
      affectedCount: __,
      ...bare
    } = step(2, { count: 1, there: [] }, { count: 2, there: [] }, false);
    const [one] = net([bare], EPMM);
    expect(one?.members).toMatchObject({ before: 1, after: 2 });
    expect(one).not.toHaveProperty('affected');
    expect(one).not.toHaveProperty('affectedCount');
  });
});
