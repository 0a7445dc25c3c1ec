import fc from 'fast-check';
import { permissionModelOf } from '../access/permission-model.js';
import { net as netted } from './net.js';
import type { RecordedChange } from './recorded.js';

const net = (changes: Parameters<typeof netted>[0]) => netted(changes, permissionModelOf('ivanti-epmm'));

const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));

/** A change of snapshot `seq`, which was read at that hour; the one before it was read an hour earlier. */
function change(seq: number, no: number, changed: Partial<RecordedChange> = {}): RecordedChange {
  return {
    seq,
    no,
    what: 'role-granted',
    cause: 'assignment',
    kind: 'local-admin',
    subject: '10',
    scope: '1',
    role: '7',
    effective: { gained: ['Wipe'], lost: [] },
    window: { notSeenAt: at(seq - 1), seenAt: at(seq), statedBy: ['rolewatch'] },
    ...changed,
  };
}
const revoked = (seq: number, no: number, changed: Partial<RecordedChange> = {}) =>
  change(seq, no, { what: 'role-revoked', effective: { gained: [], lost: ['Wipe'] }, ...changed });
const { scope: _scope, role: _role, effective: _effective, ...bare } = change(0, 0);
const plain = (seq: number, no: number, changed: Partial<RecordedChange>): RecordedChange => ({
  ...bare,
  window: change(seq, no).window,
  seq,
  no,
  ...changed,
});

describe('netting', () => {
  it('leaves the changes of one snapshot as they are', () => {
    const { seq, no, ...told } = change(4, 2);
    expect(net([change(4, 2)])).toEqual([{ ...told, ids: [`${seq}.${no}`] }]);
  });

  it('makes nothing of a role that was granted and revoked, or revoked and granted', () => {
    expect(net([change(2, 1), revoked(3, 1)])).toEqual([]);
    expect(net([revoked(2, 1), change(3, 1)])).toEqual([]);
  });

  it('names all that contributed, from the first window to the last', () => {
    const [told, ...others] = net([change(2, 1), revoked(3, 5), change(4, 2)]);
    expect(others).toEqual([]);
    expect(told).toMatchObject({
      ids: ['2.1', '3.5', '4.2'],
      window: { notSeenAt: at(1), seenAt: at(4), statedBy: ['rolewatch'] },
    });
  });

  it('folds what is effective: gained and lost again is neither', () => {
    const other = { role: '2', effective: { gained: ['View'], lost: [] } };
    const lost = { role: '3', effective: { gained: [], lost: ['View'] } };
    expect(net([change(2, 1, other), revoked(3, 1, lost)]).map((one) => one.effective)).toEqual([
      { gained: [], lost: [] },
      { gained: [], lost: [] },
    ]);
  });

  it('credits what a role gave that has gone since to the one that stayed', () => {
    const stayed = { role: '8', effective: { gained: [], lost: [] } };
    const told = net([
      change(2, 1),
      change(3, 1, stayed),
      revoked(4, 1, { effective: { gained: [], lost: [] } }),
    ]);
    expect(told.map(({ role, effective }) => [role, effective?.gained])).toEqual([['8', ['Wipe']]]);
  });

  it('credits what was lost with a role that has come back to the one that is gone for good', () => {
    const nothing = { effective: { gained: [], lost: [] } };
    const told = net([change(2, 1, nothing), revoked(3, 1, { role: '8', ...nothing }), revoked(4, 1)]);
    expect(told.map(({ what, role, effective }) => [what, role, effective?.lost])).toEqual([
      ['role-revoked', '8', ['Wipe']],
    ]);
  });

  it('credits what was lost to no role that was granted', () => {
    // role 8 came back without Wipe; what was held through 7 went with that
    const told = net([
      revoked(2, 1, { role: '8' }),
      change(3, 1, { role: '8', effective: { gained: [], lost: [] } }),
      change(4, 1, { role: '9', effective: { gained: ['View'], lost: [] } }),
      revoked(5, 1, { effective: { gained: [], lost: [] } }),
    ]);
    expect(told.map(({ role, effective }) => [role, effective])).toEqual([
      ['9', { gained: ['View'], lost: [] }],
      ['7', { gained: [], lost: ['Wipe'] }],
    ]);
  });

  it('credits what single permissions gave as what roles gave', () => {
    const single = { permission: 'reboot', role: undefined, scope: '1' };
    const told = net([
      change(2, 1),
      change(3, 1, { what: 'permission-gained', ...single, effective: { gained: ['reboot'], lost: [] } }),
      revoked(4, 1, { effective: { gained: [], lost: [] } }),
    ]);
    expect(told.map(({ permission, effective }) => [permission, effective?.gained])).toEqual([
      ['reboot', ['Wipe', 'reboot']],
    ]);
  });

  it('leaves others what is theirs: principals, scopes, and links by their other end', () => {
    const other = { subject: '11' };
    expect(net([change(2, 1), revoked(3, 1, other), change(3, 2, { scope: '3' })])).toHaveLength(3);
    const linked = (seq: number, what: 'identity-linked' | 'identity-unlinked', id: string) =>
      plain(seq, 1, { what, affected: [{ id, kind: 'directory-user' }] });
    expect(net([linked(2, 'identity-linked', '20'), linked(3, 'identity-unlinked', '20')])).toEqual([]);
    expect(
      net([linked(2, 'identity-unlinked', '20'), linked(3, 'identity-linked', '21')]).map(({ what }) => what),
    ).toEqual(['identity-unlinked', 'identity-linked']);
  });

  it('points parts to the whole that an earlier step was part of', () => {
    const appeared = plain(2, 1, { what: 'principal-appeared' });
    const told = net([appeared, change(2, 2, { partOf: 1 }), revoked(3, 1), change(4, 1)]);
    expect(told.map(({ ids, partOf }) => [ids.length, partOf])).toEqual([
      [1, undefined],
      [3, '2.1'],
    ]);
  });

  it('drops somebody without a right to show for it, whatever others were given', () => {
    const appeared = plain(2, 1, { what: 'principal-appeared' });
    const told = net([appeared, change(2, 2), revoked(3, 1), change(3, 2, { subject: '11' })]);
    expect(told.map(({ what, subject }) => [what, subject])).toEqual([['role-granted', '11']]);
  });

  it('points parts to what is left of their whole', () => {
    const appeared = plain(2, 1, { what: 'principal-appeared' });
    const told = net([appeared, change(2, 2, { partOf: 1 }), change(3, 1, { role: '2' })]);
    expect(told.map(({ ids, partOf }) => [ids[0], partOf])).toEqual([
      ['2.1', undefined],
      ['2.2', '2.1'],
      ['3.1', undefined],
    ]);
  });

  it('drops somebody who appeared and disappeared, and somebody whose rights all came in between', () => {
    const [appeared, gone] = [
      plain(2, 1, { what: 'principal-appeared' }),
      plain(3, 1, { what: 'principal-disappeared' }),
    ];
    expect(net([appeared, change(2, 2, { partOf: 1 }), gone, revoked(3, 2, { partOf: 1 })])).toEqual([]);
    expect(net([change(2, 1), gone, revoked(3, 2, { partOf: 1 })])).toEqual([]);
  });

  it('keeps the rights that differ of somebody who went and came back', () => {
    const [gone, back] = [
      plain(2, 1, { what: 'principal-disappeared' }),
      plain(3, 1, { what: 'principal-appeared' }),
    ];
    const told = net([gone, revoked(2, 2, { partOf: 1 }), back, change(3, 2, { role: '2', partOf: 1 })]);
    expect(told.map(({ what, role, partOf }) => [what, role, partOf])).toEqual([
      ['role-revoked', '7', undefined],
      ['role-granted', '2', undefined],
    ]);
  });

  it('compares the first and last value of an attribute', () => {
    const mail = (seq: number, before: string | undefined, after: string | undefined) =>
      plain(seq, 1, {
        what: 'attribute-changed',
        attribute: {
          ...{ name: 'email', stream: 'user_summary' },
          ...(before !== undefined && { before }),
          ...(after !== undefined && { after }),
        },
      });
    expect(net([mail(2, 'a', 'b'), mail(3, 'b', 'a')])).toEqual([]);
    expect(net([mail(2, 'a', 'b'), mail(3, 'b', 'c')])[0]?.attribute).toMatchObject({
      before: 'a',
      after: 'c',
    });
    expect(net([mail(2, undefined, 'b'), mail(3, 'b', 'c')])[0]?.attribute).not.toHaveProperty('before');
    // of what was erased nobody knows whether it is the same
    expect(net([mail(2, undefined, 'b'), mail(3, 'b', undefined)])).toHaveLength(1);
  });

  it('folds the catalogue', () => {
    const role = (seq: number, what: RecordedChange['what'], gained: string[], lost: string[]) =>
      plain(seq, 1, { what, kind: 'role', cause: 'catalogue', role: '7', effective: { gained, lost } });
    expect(
      net([role(2, 'role-redefined', ['A'], []), role(3, 'role-redefined', ['B'], ['A'])]),
    ).toMatchObject([{ what: 'role-redefined', effective: { gained: ['B'], lost: [] } }]);
    expect(net([role(2, 'role-redefined', ['A'], []), role(3, 'role-redefined', [], ['A'])])).toEqual([]);
    expect(net([role(2, 'role-defined', ['A'], []), role(3, 'role-redefined', ['B'], [])])).toMatchObject([
      { what: 'role-defined', effective: { gained: ['A', 'B'] } },
    ]);
    expect(net([role(2, 'role-defined', ['A'], []), role(3, 'role-retired', [], ['A'])])).toEqual([]);
    expect(net([role(2, 'role-retired', [], ['A']), role(3, 'role-defined', ['A', 'B'], [])])).toMatchObject([
      { what: 'role-redefined', effective: { gained: ['B'], lost: [] } },
    ]);
    expect(
      net([role(2, 'role-redefined', ['A'], []), role(3, 'role-retired', [], ['A', 'B'])]),
    ).toMatchObject([{ what: 'role-retired', effective: { gained: [], lost: ['B'] } }]);
  });

  it('keeps the roles of the catalogue apart', () => {
    const role = (seq: number, id: string, what: RecordedChange['what'], gained: string[], lost: string[]) =>
      plain(seq, Number(id), {
        ...{
          what,
          kind: 'role',
          cause: 'catalogue',
          subject: `9${id}`,
          role: id,
          effective: { gained, lost },
        },
      });
    const told = net([role(2, '7', 'role-defined', ['A'], []), role(3, '8', 'role-retired', [], ['B'])]);
    expect(told.map(({ what, role: id, effective }) => [what, id, effective])).toEqual([
      ['role-defined', '7', { gained: ['A'], lost: [] }],
      ['role-retired', '8', { gained: [], lost: ['B'] }],
    ]);
  });

  it('counts members whom nobody can name', () => {
    const counted = (seq: number, before: number | undefined, after: number | undefined) =>
      plain(seq, 1, {
        what: 'members-changed',
        members: {
          ...(before !== undefined && { before }),
          ...(after !== undefined && { after }),
          ...{ known: false, allows: ['Wipe'] },
        },
      });
    expect(net([counted(2, 4, 6), counted(3, 6, 4)])).toEqual([]);
    expect(net([counted(2, 4, 6), counted(3, 6, 7)])).toMatchObject([
      { members: { before: 4, after: 7, known: false, allows: ['Wipe'] } },
    ]);
    const [unknown] = net([counted(2, undefined, 6), counted(3, 6, undefined), counted(4, undefined, 3)]);
    expect(unknown?.members).toEqual({ after: 3, known: false, allows: ['Wipe'] });
    expect(unknown).not.toHaveProperty('members.before');
    expect(unknown).not.toHaveProperty('affected');
  });

  it('counts members from the first to the last, and names who stayed or stayed away', () => {
    const person = (id: string, presentOnly: 'before' | 'after') =>
      ({ id, kind: 'directory-user', presentOnly }) as const;
    const moved = (seq: number, before: number, after: number, ...affected: ReturnType<typeof person>[]) =>
      plain(seq, 1, {
        what: 'members-changed',
        members: { before, after, known: true },
        affected,
        affectedCount: affected.length,
      });
    const there = moved(2, 1, 3, person('51', 'after'), person('52', 'after'));
    expect(net([there, moved(3, 3, 2, person('51', 'before'))])).toMatchObject([
      { members: { before: 1, after: 2 }, affected: [{ id: '52' }], affectedCount: 1 },
    ]);
    expect(net([there, moved(3, 3, 1, person('51', 'before'), person('52', 'before'))])).toEqual([]);
  });
});

describe('netting any history of one right', () => {
  it('says what the first and the last state say', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: 0, max: 12 }), (held, flips) => {
        const steps = Array.from({ length: flips }, (_, index) =>
          (index % 2 === 0) === held ? revoked(index + 2, 1) : change(index + 2, 1),
        );
        const holds = flips % 2 === 0 ? held : !held;
        const expected = held === holds ? [] : [holds ? 'role-granted' : 'role-revoked'];
        expect(net(steps).map((one) => one.what)).toEqual(expected);
      }),
    );
  });
});
