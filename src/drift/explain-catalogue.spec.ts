import {
  directory,
  entry,
  facts,
  grant,
  identity,
  list,
  reading,
  readingsWith,
  role,
  stated,
  TEN,
} from '../../test/support/drift-facts.js';
import { COMMANDS_NEED, commandPermission } from '../access/mambo-emm.js';
import { permissionModelOf } from '../access/permission-model.js';
import { explain } from './explain.js';
import type { GrantFact } from './facts.js';
import { permissionsLostByEverybody } from './holdings.js';

const holders = {
  identities: [identity('10', 'both'), identity('11', 'both'), entry('30', 'both', { kind: 'ldap-group' })],
  grants: [grant('10', '7', '1', 'both'), grant('11', '7', '3', 'both'), grant('30', '7', '3', 'both')],
  units: [{ id: '30', counts: [stated(directory('3'), '30', 4, 4)], below: null }],
};

describe('a role of the catalogue', () => {
  it('that is redefined alike everywhere is one change, which names those who hold it', () => {
    const roles = ['1', '3'].map((scope) => role('7', scope, ['Lock', 'View'], ['View', 'Wipe']));
    expect(explain(facts({ ...holders, roles }))).toEqual([
      expect.objectContaining({
        what: 'role-redefined',
        cause: 'catalogue',
        kind: 'role',
        subject: '97',
        role: '7',
        effective: { gained: ['Wipe'], lost: ['Lock'] },
        affected: [
          { id: '10', kind: 'local-admin' },
          { id: '11', kind: 'local-admin' },
          { id: '30', kind: 'ldap-group', members: { after: 4, known: false } },
        ],
        affectedCount: 3,
      }),
    ]);
    const [told] = explain(facts({ ...holders, roles }));
    expect(told).not.toHaveProperty('scope');
    expect(told).not.toHaveProperty('scopes');
  });

  it('that is redefined differently is one change for each content, with its scopes and its holders', () => {
    const roles = [role('7', '1', ['View'], ['View', 'Wipe']), role('7', '3', ['View'], ['Lock', 'View'])];
    const told = explain(facts({ ...holders, roles }));
    expect(
      told.map(({ scopes, effective, affected }) => [scopes, effective?.gained, affected?.map((a) => a.id)]),
    ).toEqual(
      expect.arrayContaining([
        [['1'], ['Wipe'], ['10']],
        [['3'], ['Lock'], ['11', '30']],
      ]),
    );
    expect(told).toHaveLength(2);
  });

  it('that is redefined in one of its scopes names that scope', () => {
    const roles = [role('7', '1', ['View'], ['View', 'Wipe']), role('7', '3', ['View'])];
    expect(explain(facts({ ...holders, roles }))).toMatchObject([{ what: 'role-redefined', scopes: ['1'] }]);
  });

  it('affects holders in scopes without an entry of their own through the global one', () => {
    const roles = [role('7', '1', ['View'], ['View', 'Wipe'])];
    expect(explain(facts({ ...holders, roles }))[0]?.affected?.map((one) => one.id)).toEqual([
      '10',
      '11',
      '30',
    ]);
  });

  it('is defined, and retired, even without permissions', () => {
    expect(explain(facts({ roles: [role('40', '1', null, [])] }))).toMatchObject([
      { what: 'role-defined', effective: { gained: [], lost: [] }, affected: [] },
    ]);
    expect(explain(facts({ ...holders, roles: [role('7', '1', ['Wipe'], null)] }))).toMatchObject([
      { what: 'role-retired', effective: { gained: [], lost: ['Wipe'] }, affectedCount: 3 },
    ]);
  });

  it('tells nothing when its permissions stay, or only first reads show it', () => {
    expect(explain(facts({ roles: [role('7', '1', ['A', 'B'], ['B', 'A'])] }))).toEqual([]);
    const readings = readingsWith(list('roles', '3'), { known: false });
    expect(explain(facts({ roles: [role('7', '3', null, ['A'])], readings }))).toEqual([]);
  });

  it('names its scopes in their order', () => {
    const roles = ['10', '1', '3'].map((scope) =>
      role('7', scope, ['View'], scope === '1' ? ['View'] : ['Wipe']),
    );
    const readings = ['1', '3', '10'].map((scope) => reading(list('roles', scope)));
    expect(explain(facts({ roles, readings }))[0]?.scopes).toEqual(['3', '10']);
  });

  it('affects nobody who holds another one, or has it no more', () => {
    const told = (...grants: GrantFact[]) =>
      explain(
        facts({ ...holders, grants, roles: [role('7', '1', ['View'], ['Wipe']), role('2', '1', ['Lock'])] }),
      )
        .filter(({ kind }) => kind === 'role')
        .flatMap(({ affected }) => affected?.map(({ id }) => id));
    expect(told(grant('10', '7', '1', 'both'), grant('11', '2', '1', 'both'))).toEqual(['10']);
    expect(told(grant('10', '7', '1', 'before'), grant('11', '7', '1', 'after'))).toEqual(['11']);
    expect(told(grant('10', '99', '1', 'both'))).toEqual([]);
  });

  it('affects, when it is retired, those who held it until then', () => {
    const grants = [grant('10', '7', '1', 'before'), grant('11', '7', '1', 'after')];
    const told = explain(facts({ ...holders, grants, roles: [role('7', '1', ['View'], null)] }));
    expect(told.find(({ what }) => what === 'role-retired')?.affected).toEqual([
      { id: '10', kind: 'local-admin' },
    ]);
  });

  it('was last seen, when it is retired, before the first read that was held back', () => {
    const nine = new Date('2026-03-01T09:00:00Z');
    const held = [{ list: list('roles', '1'), identity: '97', provenFrom: nine, provenBy: 'exporter' }];
    const since = (after: readonly string[] | null) =>
      explain(facts({ held, roles: [role('7', '1', ['View'], after)] }))[0]?.window.notSeenAt;
    expect([since(null), since(['Wipe'])]).toEqual([nine, TEN]);
  });

  it('of levels tells each area with what is of it, and each switch with what it needs', () => {
    const model = permissionModelOf('mambo-emm');
    const wipe = commandPermission('wipe');
    const before = ['webhooks.view'];
    const after = ['devices.view', 'webhooks.view', 'webhooks.manage', wipe];
    const told = explain(facts({ model, roles: [role('r', '1', before, after)] }));
    expect(told.map(({ what, permission, effective }) => [what, permission, effective?.gained])).toEqual([
      ['level-raised', 'devices', ['devices.view']],
      ['level-raised', 'webhooks', ['webhooks.manage']],
      ['permission-gained', wipe, [wipe]],
    ]);
  });

  it('does not retire with a scope that leaves', () => {
    const left = new Map([['3', 'scope' as const]]);
    const told = explain(facts({ roles: [role('7', '3', ['A'], null), role('7', '1', ['A'])], left }));
    expect(told.map((change) => change.what)).toEqual(['scope-disappeared']);
  });
});

describe('permissionsLostByEverybody', () => {
  const roles = [role('7', '1', ['View', 'Wipe']), role('2', '1', ['View'])];
  const held = (id: string, before: boolean, after: boolean) => ({
    targets: [`role:${id}`],
    inScope: '1',
    byUnit: false,
    before,
    after,
  });

  it('names what nobody holds any more', () => {
    const heldByAnybody = [held('7', true, false), held('2', true, true)];
    expect(permissionsLostByEverybody(facts({ roles, heldByAnybody }))).toEqual(['Wipe']);
  });

  it('names nothing while somebody holds it, through whatever role', () => {
    const heldByAnybody = [held('7', true, false), held('2', false, true), held('8', false, true)];
    const all = [...roles, role('8', '1', ['Wipe'])];
    expect(permissionsLostByEverybody(facts({ roles: all, heldByAnybody }))).toEqual([]);
  });

  it('names nothing because a catalogue was read for the first time', () => {
    const learnt = [...roles, role('9', '1', null, ['Locate'])];
    const one = (after: boolean) => facts({ roles: learnt, heldByAnybody: [held('9', true, after)] });
    expect(permissionsLostByEverybody(one(true))).toEqual([]);
    expect(permissionsLostByEverybody(one(false))).toEqual(['role:9']);
  });

  it('names nothing because a catalogue does not define any more what somebody still holds', () => {
    const gone = [role('7', '1', ['View', 'Wipe'], null)];
    const one = (after: boolean) => facts({ roles: gone, heldByAnybody: [held('7', true, after)] });
    expect(permissionsLostByEverybody(one(true))).toEqual([]);
    expect(permissionsLostByEverybody(one(false))).toEqual(['View', 'Wipe']);
  });

  it('counts nobody in whose hands the right has no effect', () => {
    const model = permissionModelOf('mambo-emm');
    const wipe = commandPermission('wipe');
    const team = (targets: string[], after: boolean, byUnit = false) => ({
      targets: targets.map((key) => `permission:${key}`),
      inScope: '1',
      byUnit,
      before: true,
      after,
    });
    const left = [team([wipe, COMMANDS_NEED], false), team([wipe], true), team([COMMANDS_NEED], true)];
    expect(permissionsLostByEverybody(facts({ model, heldByAnybody: left }))).toEqual([wipe]);
    const group = [team([wipe, COMMANDS_NEED], false), team([wipe], true, true), team([COMMANDS_NEED], true)];
    expect(permissionsLostByEverybody(facts({ model, heldByAnybody: group }))).toEqual([]);
  });

  it('sees a right that the catalogue took from everybody', () => {
    const heldByAnybody = [held('7', true, true)];
    const shrunk = [role('7', '1', ['View', 'Wipe'], ['View'])];
    expect(permissionsLostByEverybody(facts({ roles: shrunk, heldByAnybody }))).toEqual(['Wipe']);
  });
});
