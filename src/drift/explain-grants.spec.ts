import {
  admins,
  below,
  directory,
  ELEVEN,
  entry,
  facts,
  grant,
  identity,
  link,
  people,
  readingsWith,
  role,
  stated,
  TEN,
} from '../../test/support/drift-facts.js';
import { explain } from './explain.js';
import type { GrantFact } from './facts.js';

const window = { notSeenAt: TEN, seenAt: ELEVEN, statedBy: ['rolewatch'] };
const wipe = role('7', '1', ['View device', 'Wipe device']);
const view = role('2', '1', ['View device']);

describe('a new admin', () => {
  it('appears, and each of its roles is granted as a part of that', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'after')],
        grants: [grant('10', '7', '1', 'after'), grant('10', '2', '1', 'after')],
        roles: [wipe, view],
      }),
    );
    expect(told).toEqual([
      { no: 1, what: 'principal-appeared', cause: 'assignment', kind: 'local-admin', subject: '10', window },
      expect.objectContaining({
        no: 2,
        what: 'role-granted',
        role: '2',
        scope: '1',
        partOf: 1,
        cause: 'assignment',
      }),
      expect.objectContaining({ no: 3, what: 'role-granted', role: '7', scope: '1', partOf: 1 }),
    ]);
  });

  it('did not appear if it was listed before: its first role is granted, no more', () => {
    const told = explain(
      facts({ identities: [identity('10', 'both')], grants: [grant('10', '7', '1', 'after')] }),
    );
    expect(told.map(({ what, partOf }) => ({ what, partOf }))).toEqual([{ what: 'role-granted' }]);
  });

  it('did not appear if its directory entry held something before', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'after'), entry('20', 'both')],
        links: [link('10', '20', 'both')],
        grants: [grant('20', '2', '1', 'both'), grant('10', '7', '1', 'after')],
      }),
    );
    expect(told.map(({ what, subject }) => [what, subject])).toEqual([['role-granted', '10']]);
  });

  it('appears now, whatever was held back of it before', () => {
    const nine = new Date('2026-03-01T09:00:00Z');
    const held = [{ list: admins('1'), identity: '10', provenFrom: nine, provenBy: 'exporter' }];
    const told = explain(
      facts({ identities: [identity('10', 'after')], grants: [grant('10', '7', '1', 'after')], held }),
    );
    expect(told.map((change) => change.window)).toEqual([window, window]);
  });

  it('appears although its directory entry is older', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'after'), entry('20', 'both')],
        links: [link('10', '20', 'after')],
        grants: [grant('10', '7', '1', 'after')],
      }),
    );
    expect(told.map(({ what, subject }) => [what, subject])).toEqual([
      ['principal-appeared', '10'],
      ['role-granted', '10'],
    ]);
  });
});

describe('an admin that goes', () => {
  it('disappears, and each of its roles is revoked as a part of that', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'before')],
        grants: [grant('10', '7', '1', 'before')],
        roles: [wipe],
      }),
    );
    expect(told).toEqual([
      {
        no: 1,
        what: 'principal-disappeared',
        cause: 'assignment',
        kind: 'local-admin',
        subject: '10',
        window,
      },
      {
        no: 2,
        what: 'role-revoked',
        cause: 'assignment',
        kind: 'local-admin',
        subject: '10',
        scope: '1',
        role: '7',
        effective: { gained: [], lost: ['View device', 'Wipe device'] },
        window,
        partOf: 1,
      },
    ]);
  });

  it('was last seen before the first read that was held back', () => {
    const nine = new Date('2026-03-01T09:00:00Z');
    const held = [{ list: admins('1'), identity: '10', provenFrom: nine, provenBy: 'exporter' }];
    const told = explain(
      facts({ identities: [identity('10', 'before')], grants: [grant('10', '7', '1', 'before')], held }),
    );
    expect(told[1]?.window).toEqual({ notSeenAt: nine, seenAt: ELEVEN, statedBy: ['exporter', 'rolewatch'] });
  });
});

describe('effective permissions', () => {
  it('tells the net of a role, not what another role gave already', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'both')],
        grants: [grant('10', '2', '1', 'both'), grant('10', '7', '1', 'after')],
        roles: [wipe, view],
      }),
    );
    expect(told).toHaveLength(1);
    expect(told[0]?.effective).toEqual({ gained: ['Wipe device'], lost: [] });
  });

  it('may be empty', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'both')],
        grants: [grant('10', '7', '1', 'both'), grant('10', '2', '1', 'before')],
        roles: [wipe, view],
      }),
    );
    expect(told[0]).toMatchObject({ what: 'role-revoked', effective: { gained: [], lost: [] } });
  });

  it('is judged per scope, with the catalogue of the scope, else the global one', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'both')],
        grants: [
          grant('10', '7', '1', 'both'),
          grant('10', '7', '3', 'after'),
          grant('10', '2', '3', 'after'),
        ],
        roles: [wipe, view, role('7', '3', ['Wipe device, selectively'])],
      }),
    );
    expect(told.map(({ role, effective }) => [role, effective?.gained])).toEqual([
      ['2', ['View device']],
      ['7', ['Wipe device, selectively']],
    ]);
  });

  it('of a role in no catalogue is the role itself', () => {
    const told = explain(
      facts({ identities: [identity('10', 'both')], grants: [grant('10', '99', '1', 'after')] }),
    );
    expect(told[0]?.effective).toEqual({ gained: ['role:99'], lost: [] });
  });

  it('of a single permission is that permission', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'both')],
        grants: [grant('10', '', '1', 'after', { target: 'permission:reboot' })],
      }),
    );
    expect(told[0]).toMatchObject({
      what: 'permission-gained',
      permission: 'reboot',
      effective: { gained: ['reboot'] },
    });
    expect(told[0]).not.toHaveProperty('role');
  });
});

describe('first reads', () => {
  const unknown = readingsWith(admins('3'), { known: false, provenFrom: null });

  it('bring grants silently', () => {
    const first = { identities: [identity('10', 'after')], grants: [grant('10', '7', '3', 'after')] };
    expect(explain(facts({ ...first, readings: unknown }))).toEqual([]);
    expect(explain(facts(first))).toHaveLength(2);
  });

  it('do not silence a grant that a known list states too, and its reads bound the window', () => {
    const opened = [admins('3'), admins('1')];
    const told = explain(
      facts({
        identities: [identity('10', 'both')],
        grants: [grant('10', '7', '3', 'after', { opened })],
        readings: unknown,
      }),
    );
    expect(told.map(({ what, window }) => [what, window])).toEqual([['role-granted', window]]);
  });
});

describe('a right of two linked identities', () => {
  it('that goes went with the record that is gone: its reads bound the window', () => {
    const nine = new Date('2026-03-01T09:00:00Z');
    const held = [{ list: directory('1'), identity: '20', provenFrom: nine, provenBy: 'exporter' }];
    const gone = grant('20', '7', '1', 'before', { closed: [directory('1')] });
    const earlier = grant('10', '7', '1', 'before', { closed: [] });
    const told = (...grants: GrantFact[]) =>
      explain(
        facts({
          identities: [identity('10', 'both'), entry('20', 'both')],
          links: [link('10', '20', 'both')],
          grants,
          held,
        }),
      ).map((change) => [change.what, change.subject, change.window.notSeenAt]);
    const expected = [['role-revoked', '10', nine]];
    expect([told(earlier, gone), told(gone, earlier)]).toEqual([expected, expected]);
  });
});

describe('linked identities', () => {
  const statedIn = [{ ...admins('1'), touched: true }];
  const both = [identity('10', 'both', { kind: 'directory-user', statedIn }), entry('20', 'both')];

  it('are one principal: a right that moves from one to the other is no change', () => {
    const grants = [grant('10', '7', '1', 'before'), grant('20', '7', '1', 'after')];
    expect(explain(facts({ identities: both, links: [link('10', '20', 'both')], grants }))).toEqual([]);
    expect(explain(facts({ identities: both, grants }))).toHaveLength(2);
  });

  it.each(['before', 'after'] as const)('are resolved by a link that is there only %s', (side) => {
    const grants = [grant('10', '7', '1', 'before'), grant('20', '7', '1', 'after')];
    const told = explain(facts({ identities: both, links: [link('10', '20', side)], grants }));
    expect(told.map((change) => change.cause)).toEqual(['identity']);
  });
});

describe('groups and units', () => {
  const group = entry('30', 'both', { kind: 'ldap-group' });
  const unit = entry('40', 'both', { kind: 'ldap-ou' });

  it('tell of a group how many are in it, and that they are unknown', () => {
    const told = explain(
      facts({
        identities: [group],
        grants: [grant('30', '7', '1', 'after', { opened: [directory('1')] })],
        units: [{ id: '30', counts: [stated(directory('1'), '30', 5, 5)], below: null }],
      }),
    );
    expect(told[0]).toMatchObject({ what: 'role-granted', members: { after: 5, known: false } });
    expect(told[0]).not.toHaveProperty('affected');
  });

  it('tell of a group that is new how many are in it now', () => {
    const counts = [stated<number | null>(directory('1'), '30', undefined, 5)];
    const told = explain(
      facts({
        identities: [entry('30', 'after', { kind: 'ldap-group' })],
        grants: [grant('30', '7', '1', 'after', { opened: [directory('1')] })],
        units: [{ id: '30', counts, below: null }],
      }),
    );
    expect(told.map(({ what, members }) => [what, members])).toEqual([
      ['principal-appeared', { after: 5, known: false }],
      ['role-granted', { after: 5, known: false }],
    ]);
  });

  it('tell nothing of how many are in a group that nobody counts', () => {
    const told = explain(
      facts({
        identities: [group],
        grants: [grant('30', '7', '1', 'after', { opened: [directory('1')] })],
        units: [{ id: '30', counts: [], below: null }],
      }),
    );
    expect(told[0]?.members).toEqual({ known: false });
  });

  it('tell of a unit who is below it', () => {
    const counts = [stated(directory('1'), '40', 2, 2)];
    const told = explain(
      facts({
        identities: [unit],
        grants: [grant('40', '7', '1', 'after', { opened: [directory('1')] })],
        units: [
          { id: '40', counts, below: below({ before: people('51', '52'), after: people('51', '52') }) },
        ],
      }),
    );
    expect(told[0]).toMatchObject({
      what: 'role-granted',
      members: { after: 2, known: true },
      affected: [{ id: '51' }, { id: '52' }],
      affectedCount: 2,
    });
  });
});

describe('a DN that moved', () => {
  const halves = (earlier: object, later: object) =>
    facts({
      identities: [entry('20', 'before', earlier), entry('21', 'after', later)],
      grants: [
        grant('20', '7', '1', 'before', { closed: [directory('1')] }),
        grant('21', '7', '1', 'after', { opened: [directory('1')] }),
      ],
    });

  it('is one that disappeared and one that appeared, with a hint by name on both', () => {
    const told = explain(halves({ name: 'ann', email: 'x@example.com' }, { name: 'ann' }));
    expect(told.map(({ what, subject, partOf, hint }) => [what, subject, partOf, hint])).toEqual([
      ['principal-disappeared', '20', undefined, { sameAs: '21', because: 'name' }],
      ['role-revoked', '20', 1, undefined],
      ['principal-appeared', '21', undefined, { sameAs: '20', because: 'name' }],
      ['role-granted', '21', 3, undefined],
    ]);
  });

  it('is hinted at by the mail address', () => {
    const told = explain(halves({ email: 'x@example.com' }, { email: 'x@example.com' }));
    expect(told[0]?.hint).toEqual({ sameAs: '21', because: 'email' });
  });

  it('is not hinted at for nothing', () => {
    const isHinted = (earlier: object, later: object): boolean =>
      explain(halves(earlier, later)).some((change) => change.hint);
    expect(isHinted({ name: 'ann' }, { name: 'ann' })).toBe(true);
    expect(isHinted({ name: 'ann' }, { name: 'bob' })).toBe(false);
    expect(isHinted({}, {})).toBe(false);
    expect(isHinted({ email: 'a@example.com' }, { email: 'b@example.com' })).toBe(false);
    // a group is not a person of the same name
    expect(isHinted({ name: 'ann' }, { name: 'ann', kind: 'ldap-group' })).toBe(false);
    // two admins of the same name are two
    expect(isHinted({ name: 'ann', nameSpace: 'admin' }, { name: 'ann', nameSpace: 'admin' })).toBe(false);
  });
});
