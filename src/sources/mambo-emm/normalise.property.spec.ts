import fc from 'fast-check';
import { LADDER_AREAS, MAMBO_COMMANDS, MAMBO_LADDERS } from '../../access/mambo-emm.js';
import type { JsonObject } from '../source.js';
import { STREAMS } from './lists.js';
import { idProblem, LONGEST_ID, type MamboRow, recordOf, withRightsOf } from './normalise.js';

const held = fc
  .tuple(fc.subarray([...LADDER_AREAS]), fc.infiniteStream(fc.nat()), fc.subarray([...MAMBO_COMMANDS]))
  .map(([areas, pick, commands]) => ({
    levels: Object.fromEntries(
      areas.map((area) => [area, MAMBO_LADDERS[area][pick.next().value % MAMBO_LADDERS[area].length]]),
    ),
    commands,
  }));
const words = fc.option(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\0') }));
const rows: fc.Arbitrary<MamboRow> = fc.record({
  id: fc.constantFrom('a1', 'b2'),
  name: words,
  email: words,
  owner: words,
  createdBy: words,
  createdAt: fc.option(fc.constant('2026-01-01T00:00:00.000Z')),
  expiresAt: fc.option(fc.constant('2027-01-01T00:00:00.000Z')),
  lastRotatedAt: fc.option(fc.constant('2026-02-01T00:00:00.000Z')),
  held,
  roles: fc.array(fc.constantFrom('r1', 'r2', 'r3')),
});
const streams = fc.constantFrom(...STREAMS);
const rightsOf = (record: ReturnType<typeof recordOf>): string[] =>
  [...record.permissions, ...record.grants.map(({ target, inScope }) => `${target} ${inScope}`)].sort();

describe('laws of the comparison form of a team', () => {
  it('the order and repeats of roles and commands say nothing', () => {
    fc.assert(
      fc.property(streams, rows, (stream, row) => {
        const turned: MamboRow = {
          ...row,
          held: { ...row.held, commands: [...row.held.commands].reverse() },
          roles: [...row.roles, ...row.roles].reverse(),
        };
        expect(recordOf(stream, turned, 't')).toEqual(recordOf(stream, row, 't'));
      }),
    );
  });

  it('evidence names nobody: names and addresses are personal, and compared', () => {
    fc.assert(
      fc.property(fc.constantFrom('access_tokens' as const, 'members' as const), rows, (stream, row) => {
        const named = recordOf(stream, row, 't');
        const nameless = recordOf(
          stream,
          { ...row, name: null, email: null, owner: null, createdBy: null },
          't',
        );
        expect(named.body).toEqual(nameless.body);
        expect(named.personal).toEqual({ key: row.id, ...named.comparedPersonal });
        expect(named.comparedBody).toEqual(named.body);
        const plain = (value: string | null) => value?.replaceAll('\0', '\ufffd') ?? null;
        const own =
          stream === 'members'
            ? { name: plain(row.name), email: plain(row.email) }
            : { name: plain(row.name), owner: plain(row.owner), createdBy: plain(row.createdBy) };
        expect(named.comparedPersonal).toEqual(own);
      }),
    );
  });

  it('rights are those that areas and roles state, in the team', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const member = recordOf('members', row, 't');
        const permissions = (member.body['permissions'] as string[]).map((one) => `permission:${one} t`);
        expect(rightsOf(member)).toEqual(
          [...permissions, ...new Set(row.roles)]
            .map((one) => (one.startsWith('permission:') ? one : `role:${one} t`))
            .sort(),
        );
        expect(rightsOf(recordOf('access_tokens', row, 't'))).toEqual(permissions.sort());
        const role = recordOf('roles', row, 't');
        expect([role.grants, role.permissions]).toEqual([[], role.body['permissions']]);
        expect(role.body['name']).toBe(row.name?.replaceAll('\0', '\ufffd') ?? null);
      }),
    );
  });

  it('a stored right is never lost to a read that is not believed, and nothing else is taken from it', () => {
    fc.assert(
      fc.property(streams, rows, rows, (stream, before, now) => {
        const [stored, read] = [
          recordOf(stream, before, 't'),
          recordOf(stream, { ...now, id: before.id }, 't'),
        ];
        const merged = withRightsOf(stored.body, read, 't');
        expect(rightsOf(merged)).toEqual([...new Set([...rightsOf(stored), ...rightsOf(read)])].sort());
        expect(merged.personal).toEqual(read.personal);
        expect(merged.comparedBody).toEqual(merged.body);
        const rest = ({ permissions: _, roles: __, ...others }: JsonObject) => others;
        expect(rest(merged.body)).toEqual(rest(read.body));
        expect(withRightsOf(merged.body, read, 't')).toEqual(merged);
        expect(withRightsOf(read.body, read, 't')).toEqual(read);
      }),
    );
  });

  it.each([
    ['', false],
    [' a', false],
    ['a ', false],
    ['a\0', false],
    ['\ud800', false],
    ['x'.repeat(LONGEST_ID + 1), false],
    ['x'.repeat(LONGEST_ID), true],
    ['a b', true],
  ])('whether %j is an id: %s', (id, is) => {
    expect(idProblem(id) === undefined).toBe(is);
  });
});
