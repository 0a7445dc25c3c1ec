import {
  below,
  directory,
  entry,
  facts,
  grant,
  people,
  readingsWith,
  role,
  stated,
} from '../../test/support/drift-facts.js';
import { explain } from './explain.js';

const group = entry('30', 'both', { kind: 'ldap-group' });
const unit = entry('40', 'both', { kind: 'ldap-ou' });
const count = (id: string, before: number | null, after: number | null, scope = '1') =>
  stated(directory(scope), id, before, after);

describe('a group', () => {
  const grown = { identities: [group], units: [{ id: '30', counts: [count('30', 4, 6)], below: null }] };

  it('that holds a right on both sides grows by people who are unknown', () => {
    const told = explain(facts({ ...grown, grants: [grant('30', '7', '1', 'both')] }));
    expect(told).toMatchObject([
      {
        what: 'members-changed',
        cause: 'group',
        subject: '30',
        members: { before: 4, after: 6, known: false },
      },
    ]);
    expect(told[0]).not.toHaveProperty('affected');
  });

  it('that holds none, or only now, tells nothing of its members', () => {
    expect(explain(facts(grown))).toEqual([]);
    const opened = [directory('1')];
    const told = explain(facts({ ...grown, grants: [grant('30', '7', '1', 'after', { opened })] }));
    expect(told.map((change) => change.what)).toEqual(['role-granted']);
  });

  it('that holds nothing tells nothing, although another one does', () => {
    const other = entry('31', 'both', { kind: 'ldap-group' });
    const units = [...grown.units, { id: '31', counts: [count('31', 1, 1)], below: null }];
    const told = (id: string) =>
      explain(facts({ identities: [group, other], units, grants: [grant(id, '7', '1', 'both')] }));
    expect([told('30').length, told('31').length]).toEqual([1, 0]);
  });

  it('allows what it holds itself, in every scope, in the order of the names', () => {
    const other = entry('31', 'both', { kind: 'ldap-group' });
    const grants = [
      grant('30', '7', '1', 'both'),
      grant('30', '2', '3', 'both'),
      grant('31', '8', '1', 'both'),
      grant('30', '9', '1', 'before'),
    ];
    const roles = [
      role('7', '1', ['Wipe', 'View']),
      role('2', '1', ['Lock', 'View']),
      role('8', '1', ['Retire']),
    ];
    const told = explain(facts({ ...grown, identities: [group, other], grants, roles }));
    expect(told.find(({ what }) => what === 'members-changed')?.members?.allows).toEqual([
      'Lock',
      'View',
      'Wipe',
    ]);
  });

  it('that is counted for the first time is told as it was not counted before', () => {
    const late = new Date('2026-03-01T10:30:00Z');
    const fresh = stated<number | null>(directory('3'), '30', undefined, 6, { readBefore: late });
    const units = [{ id: '30', counts: [count('30', 4, 6), fresh], below: null }];
    const told = explain(facts({ ...grown, units, grants: [grant('30', '7', '1', 'both')] }));
    expect(told.map(({ members }) => members)).toMatchObject([{ before: 4, after: 6 }]);
  });

  it('may hold another role than before', () => {
    const grants = [grant('30', '7', '1', 'before'), grant('30', '2', '1', 'after')];
    expect(explain(facts({ ...grown, grants })).map((change) => change.what)).toEqual([
      'role-granted',
      'role-revoked',
      'members-changed',
    ]);
  });

  it('is counted by the latest read where spaces differ', () => {
    const early = new Date('2026-03-01T10:30:00Z');
    const counts = [
      count('30', 4, 4),
      stated<number | null>(directory('3'), '30', 4, 9, { readBefore: early, readAfter: early }),
    ];
    const grants = [grant('30', '7', '1', 'both')];
    expect(explain(facts({ ...grown, grants, units: [{ id: '30', counts, below: null }] }))).toEqual([]);
  });

  it('is not told of by lists that always differed and were read in another order', () => {
    const late = new Date('2026-03-01T12:00:00Z');
    const counts = [
      count('30', 4, 4),
      stated<number | null>(directory('3'), '30', 9, 9, { readAfter: late }),
    ];
    const grants = [grant('30', '7', '1', 'both')];
    expect(explain(facts({ ...grown, grants, units: [{ id: '30', counts, below: null }] }))).toEqual([]);
  });

  it('is not told of by a first read', () => {
    const counts = [count('30', 4, 4), stated<number | null>(directory('3'), '30', undefined, 9)];
    const told = explain(
      facts({
        ...grown,
        grants: [grant('30', '7', '1', 'both')],
        units: [{ id: '30', counts, below: null }],
        readings: readingsWith(directory('3'), { known: false }),
      }),
    );
    expect(told).toEqual([]);
  });
});

describe('a unit', () => {
  const grants = [grant('40', '7', '1', 'both')];
  const joined = below({
    before: people('51'),
    after: people('51', '52'),
    appeared: people('52'),
    touched: [directory('1')],
  });

  it('names the people who appeared below it, and knows them if the counts agree', () => {
    const units = [{ id: '40', counts: [count('40', 1, 2)], below: joined }];
    expect(explain(facts({ identities: [unit], grants, units }))).toMatchObject([
      {
        what: 'members-changed',
        cause: 'ou',
        members: { before: 1, after: 2, known: true },
        affected: [{ id: '52', kind: 'directory-user', presentOnly: 'after' }],
        affectedCount: 1,
      },
    ]);
  });

  it('says so when the source counts more than can be seen', () => {
    const units = [{ id: '40', counts: [count('40', 1, 7)], below: joined }];
    expect(explain(facts({ identities: [unit], grants, units }))[0]?.members).toEqual({
      before: 1,
      after: 7,
      known: false,
      allows: ['role:7'],
    });
  });

  it('is told of by people alone, in either direction, and by its count alone', () => {
    const vanished = below({
      before: people('51'),
      vanished: { count: 250, listed: ['51'] },
      touched: [directory('1')],
    });
    const alone = [{ id: '40', counts: [count('40', null, null)], below: vanished }];
    expect(explain(facts({ identities: [unit], grants, units: alone }))).toMatchObject([
      {
        members: { before: 1, after: 0, known: true },
        affected: [{ presentOnly: 'before' }],
        affectedCount: 250,
      },
    ]);
    const counted = [{ id: '40', counts: [count('40', 1, 2)], below: below() }];
    expect(explain(facts({ identities: [unit], grants, units: counted }))).toMatchObject([
      { affectedCount: 0 },
    ]);
  });

  it('tells nothing when nobody moved, and nothing when it holds no right', () => {
    const still = [
      { id: '40', counts: [count('40', 1, 1)], below: below({ before: people('51'), after: people('51') }) },
    ];
    expect(explain(facts({ identities: [unit], grants, units: still }))).toEqual([]);
    const units = [{ id: '40', counts: [count('40', 1, 2)], below: joined }];
    expect(explain(facts({ identities: [unit], units }))).toEqual([]);
  });
});
