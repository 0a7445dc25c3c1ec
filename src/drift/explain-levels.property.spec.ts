import fc from 'fast-check';
import { admins, facts, grant, identity, type Presence, role } from '../../test/support/drift-facts.js';
import {
  latentPermissions,
  levelIn,
  livePermissions,
  permissionModelOf,
} from '../access/permission-model.js';
import { explain } from './explain.js';
import { net, type NettedChange } from './net.js';
import type { ToldChange } from './told.js';

const MAMBO = permissionModelOf('mambo-emm');
const AREAS = ['devices', 'webhooks'];
const STEPS = AREAS.flatMap((area) => MAMBO.ladders.get(area) ?? []);
const SWITCHES = [...MAMBO.switches].slice(0, 2);

/** Levels of two areas, each with what is below it, and switches: some of which need a level. */
const rights: fc.Arbitrary<string[]> = fc
  .tuple(...AREAS.map((area) => fc.nat(MAMBO.ladders.get(area)?.length ?? 0)), fc.subarray(SWITCHES))
  .map(([devices, webhooks, switches]) => [
    ...(MAMBO.ladders.get('devices') ?? []).slice(0, devices as number),
    ...(MAMBO.ladders.get('webhooks') ?? []).slice(0, webhooks as number),
    ...(switches as string[]),
  ]);

const presence = (before: boolean, after: boolean): Presence =>
  before ? (after ? 'both' : 'before') : after ? 'after' : 'neither';
const token = identity('10', 'both', { kind: 'access-token', statedIn: [{ ...admins('1'), touched: true }] });
const less = (a: Iterable<string>, b: ReadonlySet<string>): string[] =>
  [...a].filter((one) => !b.has(one)).sort();

/** What a token holds by itself in a team. */
function grantsIn(team: string, before: readonly string[], after: readonly string[]) {
  return [...STEPS, ...SWITCHES]
    .map((one) => ({ target: `permission:${one}`, at: presence(before.includes(one), after.includes(one)) }))
    .filter(({ at }) => at !== 'neither')
    .map(({ target, at }) => grant('10', '', team, at, { target }));
}

/** A token that holds these permissions by themselves. */
function stepOf(before: readonly string[], after: readonly string[]): ToldChange[] {
  return explain(facts({ model: MAMBO, identities: [token], grants: grantsIn('1', before, after) }));
}

/** A role that the token holds throughout, or that nobody holds, beside permissions of the token's own. */
function roleStep(
  before: readonly string[] | null,
  after: readonly string[] | null,
  own: readonly string[] | null,
) {
  const held = (own ?? []).map((one) => grant('10', '', '1', 'both', { target: `permission:${one}` }));
  const grants = own === null ? [] : [grant('10', 'r', '1', 'both'), ...held];
  return explain(
    facts({ model: MAMBO, identities: [token], grants, roles: [role('r', '1', before, after)] }),
  );
}

const told = (
  changes: readonly Pick<NettedChange, 'effective' | 'latent'>[],
  of: 'effective' | 'latent',
) => ({
  gained: [...new Set(changes.flatMap((one) => one[of]?.gained ?? []))].sort(),
  lost: [...new Set(changes.flatMap((one) => one[of]?.lost ?? []))].sort(),
});
function live(before: readonly string[], after: readonly string[]) {
  const [a, b] = [livePermissions(new Set(before), MAMBO), livePermissions(new Set(after), MAMBO)];
  return { gained: less(b, a), lost: less(a, b) };
}
function latent(before: readonly string[], after: readonly string[]) {
  const [a, b] = [latentPermissions(new Set(before), MAMBO), latentPermissions(new Set(after), MAMBO)];
  return { gained: less(b, a), lost: less(a, b) };
}
/** What is told of levels and switches, by what they are. */
function expected(before: readonly string[], after: readonly string[]): string[] {
  const [a, b] = [new Set(before), new Set(after)];
  const levels = AREAS.flatMap((area) => {
    const [from, to] = [levelIn(area, a, MAMBO), levelIn(area, b, MAMBO)];
    const climbed = after.filter((one) => one.startsWith(`${area}.`)).length;
    const had = before.filter((one) => one.startsWith(`${area}.`)).length;
    return from === to ? [] : [`${climbed > had ? 'level-raised' : 'level-lowered'} ${area} ${from} ${to}`];
  });
  const isSwitch = (one: string): boolean => SWITCHES.includes(one);
  return [
    ...levels,
    ...less(b, a)
      .filter(isSwitch)
      .map((one) => `permission-gained ${one}`),
    ...less(a, b)
      .filter(isSwitch)
      .map((one) => `permission-lost ${one}`),
  ].sort();
}
const called = (changes: readonly Pick<NettedChange, 'what' | 'permission' | 'level'>[]): string[] =>
  changes
    .map(({ what, permission, level }) =>
      [what, permission, ...(level ? [level.before, level.after] : [])].map(String).join(' '),
    )
    .sort();

describe('laws of levels and switches', () => {
  it('of a token each area is told once with its levels, each switch by itself, and nothing else', () => {
    fc.assert(
      fc.property(rights, rights, (before, after) => {
        const changes = stepOf(before, after).filter(({ what }) => !what.startsWith('principal-'));
        expect(called(changes)).toEqual(expected(before, after));
        for (const { subject, kind, scope, cause } of changes)
          expect([subject, kind, scope, cause]).toEqual(['10', 'access-token', '1', 'assignment']);
      }),
    );
  });

  it('what is held in one team says nothing of another', () => {
    fc.assert(
      fc.property(rights, rights, rights, rights, (a, b, c, d) => {
        const grants = [...grantsIn('1', a, b), ...grantsIn('3', c, d)];
        const changes = explain(facts({ model: MAMBO, identities: [token], grants }));
        const of = (team: string) => changes.filter(({ scope }) => scope === team);
        expect([called(of('1')), called(of('3'))]).toEqual([expected(a, b), expected(c, d)]);
        expect([told(of('1'), 'effective'), told(of('3'), 'effective')]).toEqual([live(a, b), live(c, d)]);
      }),
    );
  });

  it('what is told as gained and lost with effect is what has effect on one side only', () => {
    fc.assert(
      fc.property(rights, rights, (before, after) => {
        expect(told(stepOf(before, after), 'effective')).toEqual(live(before, after));
      }),
    );
  });

  it('nothing is told with two changes, and what is told with one is in code-unit order', () => {
    fc.assert(
      fc.property(rights, rights, fc.option(rights), fc.boolean(), (before, after, own, ofRole) => {
        const changes = ofRole ? roleStep(before, after, own) : stepOf(before, after);
        for (const way of ['gained', 'lost'] as const) {
          const each = changes.map(({ effective }) => effective?.[way] ?? []);
          expect(each).toEqual(each.map((some) => [...some].sort()));
          expect(each.flat().sort()).toEqual([...new Set(each.flat())].sort());
        }
      }),
    );
  });

  it('what is told as held in vain is so on one side only', () => {
    fc.assert(
      fc.property(rights, rights, (before, after) => {
        const { gained, lost } = told(stepOf(before, after), 'latent');
        const is = latent(before, after);
        expect(less(gained, new Set(is.gained))).toEqual([]);
        expect(less(lost, new Set(is.lost))).toEqual([]);
        // what came in vain is told with what came
        const came = is.gained.filter((one) => !before.includes(one));
        expect(less(came, new Set(gained))).toEqual([]);
      }),
    );
  });

  it('any history of a token nets to the levels and switches of its ends', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 2, maxLength: 4 }), (states) => {
        const changes = states
          .slice(1)
          .flatMap((after, i) =>
            stepOf(states[i] ?? [], after).map(({ attribute: _, ...change }) => ({ ...change, seq: i + 2 })),
          );
        const rightsOnly = net(changes, MAMBO).filter(({ what }) => !what.startsWith('principal-'));
        expect(called(rightsOnly)).toEqual(expected(states[0] ?? [], states.at(-1) ?? []));
      }),
    );
  });

  it('any history of a token is told as gained and lost by what has effect at its ends', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 2, maxLength: 4 }), (states) => {
        const changes = states
          .slice(1)
          .flatMap((after, i) =>
            stepOf(states[i] ?? [], after).map(({ attribute: _, ...change }) => ({ ...change, seq: i + 2 })),
          );
        const [first, last] = [states[0] ?? [], states.at(-1) ?? []];
        expect(told(net(changes, MAMBO), 'effective')).toEqual(live(first, last));
      }),
    );
  });

  it('any history of a role nets to its ends: defined, retired, or redefined where it was away in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(rights), { minLength: 2, maxLength: 4 }), (states) => {
        const changes = states.slice(1).flatMap((after, i) => {
          const before = states[i] ?? null;
          const step = before === null && after === null ? [] : roleStep(before, after, null);
          return step.map(({ attribute: _, ...change }) => ({ ...change, seq: i + 2 }));
        });
        const netted = net(changes, MAMBO);
        const [first = null, last = null] = [states[0], states.at(-1)];
        const effective = live(first ?? [], last ?? []);
        if (first === null && last === null) expect(netted).toEqual([]);
        else if (first === null || last === null)
          expect(netted.map(({ what, effective: of }) => [what, of])).toEqual([
            [first === null ? 'role-defined' : 'role-retired', effective],
          ]);
        else if (states.includes(null))
          expect(netted.map(({ what, effective: of, cause, level }) => [what, of, cause, level])).toEqual(
            effective.gained.length + effective.lost.length === 0
              ? []
              : [['role-redefined', effective, 'catalogue', undefined]],
          );
        else expect(called(netted)).toEqual(expected(first, last));
      }),
    );
  });

  it('any history of a role is told as giving and taking what has effect in it at its ends', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 2, maxLength: 4 }), (states) => {
        const changes = states.slice(1).flatMap((after, i) =>
          roleStep(states[i] ?? [], after, null).map(({ attribute: _, ...change }) => ({
            ...change,
            seq: i + 2,
          })),
        );
        const [first, last] = [states[0] ?? [], states.at(-1) ?? []];
        expect(told(net(changes, MAMBO), 'effective')).toEqual(live(first, last));
      }),
    );
  });

  it('any history of a token is told as held in vain by what is so at its ends', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 2, maxLength: 4 }), (states) => {
        const changes = states
          .slice(1)
          .flatMap((after, i) =>
            stepOf(states[i] ?? [], after).map(({ attribute: _, ...change }) => ({ ...change, seq: i + 2 })),
          );
        const [first, last] = [states[0] ?? [], states.at(-1) ?? []];
        const { gained, lost } = told(net(changes, MAMBO), 'latent');
        const is = latent(first, last);
        expect(less(gained, new Set(is.gained))).toEqual([]);
        expect(less(lost, new Set(is.lost))).toEqual([]);
        const came = is.gained.filter((one) => !first.includes(one));
        expect(less(came, new Set(gained))).toEqual([]);
        // nothing needs a webhook: a level of those makes nothing vain
        const ofWebhooks = net(changes, MAMBO).filter(({ permission }) => permission === 'webhooks');
        expect(ofWebhooks.filter((one) => one.latent !== undefined)).toEqual([]);
      }),
    );
  });

  it('a role is told in the same words as a token, with all who hold it', () => {
    fc.assert(
      fc.property(rights, rights, fc.option(fc.constant<string[]>([])), (before, after, own) => {
        const changes = roleStep(before, after, own);
        expect(called(changes)).toEqual(expected(before, after));
        for (const { kind, subject, role: id, affected, affectedCount, scopes } of changes)
          expect([kind, subject, id, affected?.map((one) => one.id), affectedCount, scopes]).toEqual([
            ...['role', '9r', 'r'],
            ...[own === null ? [] : ['10'], own === null ? 0 : 1, undefined],
          ]);
      }),
    );
  });

  it('what a role gives or takes by itself is what has effect in it on one side only', () => {
    fc.assert(
      fc.property(rights, rights, (before, after) => {
        expect(told(roleStep(before, after, null), 'effective')).toEqual(live(before, after));
      }),
    );
  });

  it('what it gives together with what its holders have from elsewhere is told with it, and not as in vain', () => {
    fc.assert(
      fc.property(rights, rights, rights, (before, after, own) => {
        const changes = roleStep(before, after, own);
        const alone = live(before, after);
        const together = live([...before, ...own], [...after, ...own]);
        const { gained, lost } = told(changes, 'effective');
        const of = new Set([...before, ...after]);
        expect(gained).toEqual(
          [
            ...new Set([
              ...alone.gained,
              ...together.gained.filter((one) => of.has(one) || MAMBO.requires.has(one)),
            ]),
          ].sort(),
        );
        expect(lost).toEqual(
          [
            ...new Set([
              ...alone.lost,
              ...together.lost.filter((one) => of.has(one) || MAMBO.requires.has(one)),
            ]),
          ].sort(),
        );
        for (const { effective, latent: vain } of changes)
          expect((vain?.gained ?? []).filter((one) => effective?.gained.includes(one))).toEqual([]);
      }),
    );
  });

  it('a role that is new or gone is one change with all that it gives', () => {
    fc.assert(
      fc.property(rights, fc.boolean(), (permissions, comes) => {
        const changes = comes ? roleStep(null, permissions, []) : roleStep(permissions, null, []);
        const effective = comes ? live([], permissions) : live(permissions, []);
        expect(changes.map(({ what, effective: of }) => [what, of])).toEqual([
          [comes ? 'role-defined' : 'role-retired', effective],
        ]);
        expect(told(changes, 'latent')).toEqual(comes ? latent([], permissions) : latent(permissions, []));
      }),
    );
  });
});
