import fc from 'fast-check';
import {
  COMMANDS_NEED,
  LADDER_AREAS,
  MAMBO_AREAS,
  MAMBO_LADDERS,
  permissionsAtLevel,
  permissionsOfAreas,
} from './mambo-emm.js';
import {
  heightOf,
  knownPermissions,
  latentPermissions,
  levelIn,
  livePermissions,
  permissionModelOf,
  rungOf,
} from './permission-model.js';

const model = permissionModelOf('mambo-emm');
const known = knownPermissions(model);
const held = fc.subarray(known).map((permissions) => new Set(permissions));
const areaAndLevel = fc
  .constantFrom(...LADDER_AREAS)
  .chain((area) => fc.tuple(fc.constant(area), fc.constantFrom<string>(...MAMBO_LADDERS[area])));

describe('the permissions of mambo EMM', () => {
  it('lie in thirteen areas: 31 steps of ladders above nothing, and nine switches', () => {
    expect(MAMBO_AREAS).toHaveLength(13);
    expect(new Set(known).size).toBe(known.length);
    expect([...model.ladders.values()].flat()).toHaveLength(31);
    expect(model.switches.size).toBe(9);
  });

  it('contain at each level what the levels below have', () => {
    expect(permissionsAtLevel('webhooks', 'manage')).toEqual(['webhooks.view', 'webhooks.manage']);
    expect(permissionsAtLevel('webhooks', 'none')).toEqual([]);
    expect(permissionsAtLevel('team', 'view')).toEqual(['team.view']);
    expect(() => permissionsAtLevel('groups', 'none')).toThrow('groups has no level none');
  });

  it('give back the level they were made of', () => {
    fc.assert(
      fc.property(areaAndLevel, ([area, level]) => {
        const permissions = permissionsOfAreas({ levels: { [area]: level }, commands: ['lock'] });
        expect(levelIn(area, new Set(permissions), model)).toBe(level === 'none' ? null : level);
        expect(permissions).toContain('device-commands.lock');
        expect(heightOf(area, level === 'none' ? null : level, model)).toBe(permissions.length - 1);
      }),
    );
  });

  it('know their place on a ladder, and switches have none', () => {
    expect(rungOf('webhooks.manage', model)).toEqual({ area: 'webhooks', height: 1 });
    expect(rungOf('device-commands.wipe', model)).toBeUndefined();
    expect(rungOf('Wipe device', model)).toBeUndefined();
  });
});

describe('latent permissions', () => {
  it('are the device commands without the right to see devices', () => {
    const without = new Set(['device-commands.wipe', 'webhooks.view']);
    expect(latentPermissions(without, model)).toEqual(new Set(['device-commands.wipe']));
    expect(latentPermissions(new Set([...without, COMMANDS_NEED]), model)).toEqual(new Set());
  });

  it('and the live ones are all that is held, and share none', () => {
    fc.assert(
      fc.property(held, (permissions) => {
        const [latent, live] = [latentPermissions(permissions, model), livePermissions(permissions, model)];
        expect(new Set([...latent, ...live])).toEqual(permissions);
        expect(latent.size + live.size).toBe(permissions.size);
      }),
    );
  });

  it('never grow when something more is held, save by that itself', () => {
    fc.assert(
      fc.property(held, fc.constantFrom(...known), (permissions, more) => {
        const after = latentPermissions(new Set([...permissions, more]), model);
        after.delete(more);
        for (const permission of after) expect(latentPermissions(permissions, model)).toContain(permission);
      }),
    );
  });

  it('follow a chain of needs to its end', () => {
    const chain = {
      ...model,
      requires: new Map([
        ['a', ['b']],
        ['b', ['c']],
      ]),
    };
    expect(latentPermissions(new Set(['a', 'b']), chain)).toEqual(new Set(['a', 'b']));
    expect(livePermissions(new Set(['a', 'b', 'c']), chain)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('do not exist where nothing needs anything', () => {
    const epmm = permissionModelOf('ivanti-epmm');
    expect(livePermissions(new Set(['Wipe device']), epmm)).toEqual(new Set(['Wipe device']));
    expect(knownPermissions(permissionModelOf('something else'))).toEqual([]);
  });
});
