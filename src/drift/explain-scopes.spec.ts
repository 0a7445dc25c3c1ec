import {
  admins,
  ELEVEN,
  facts,
  grant,
  identity,
  list,
  reading,
  readingsWith,
  RECORDED,
  role,
  TEN,
} from '../../test/support/drift-facts.js';
import { explain } from './explain.js';
import type { ScopeFact } from './facts.js';

const body = { name: 'Europe', criteria: 'country is DE', status: 'ok', priority: 1 };
const europe = (before: ScopeFact['before'], after: ScopeFact['after']): ScopeFact => ({
  scope: '3',
  identity: '80',
  before,
  after,
});
const SPACES = list('device_spaces', '');

describe('a scope', () => {
  it('appears', () => {
    expect(explain(facts({ scopes: [europe(null, body)] }))).toEqual([
      {
        no: 1,
        what: 'scope-appeared',
        cause: 'scope',
        kind: 'scope',
        subject: '80',
        scope: '3',
        window: { notSeenAt: TEN, seenAt: ELEVEN, statedBy: ['rolewatch'] },
      },
    ]);
  });

  it('disappears from a list that watches others only', () => {
    expect(explain(facts({ scopes: [europe(body, null)] }))).toMatchObject([
      { what: 'scope-disappeared', scope: '3' },
    ]);
  });

  it('was last seen, when it disappears, before the first read that was held back', () => {
    const nine = new Date('2026-03-01T09:00:00Z');
    const held = [{ list: SPACES, identity: '80', provenFrom: nine, provenBy: 'exporter' }];
    const since = (before: ScopeFact['before'], after: ScopeFact['after']) =>
      explain(facts({ held, scopes: [europe(before, after)] }))[0]?.window.notSeenAt;
    expect([since(body, null), since(null, body), since(body, { ...body, priority: 2 })]).toEqual([
      nine,
      TEN,
      TEN,
    ]);
  });

  it('that changes takes nothing along', () => {
    const told = explain(
      facts({
        scopes: [europe(body, { ...body, priority: 2 })],
        identities: [identity('10', 'both')],
        grants: [grant('10', '7', '3', 'before')],
      }),
    );
    expect(told).toMatchObject([{ what: 'scope-changed' }, { what: 'role-revoked', cause: 'assignment' }]);
    expect(told[1]).not.toHaveProperty('partOf');
  });

  it('changes, field by field, and names where the values are', () => {
    const told = explain(facts({ scopes: [europe(body, { ...body, name: 'EMEA', priority: 2 })] }));
    expect(told.map(({ what, attribute }) => [what, attribute?.name])).toEqual([
      ['scope-changed', 'name'],
      ['scope-changed', 'priority'],
    ]);
    expect(told[0]?.attribute?.before).toEqual({ ...SPACES, identity: '80' });
  });

  it('tells nothing of a field that was not stored before', () => {
    const { priority, ...older } = body;
    expect(priority).toBe(1);
    expect(explain(facts({ scopes: [europe(older, body)] }))).toEqual([]);
  });

  it('tells nothing in the first read of the spaces', () => {
    const readings = readingsWith(SPACES, { known: false });
    expect(explain(facts({ scopes: [europe(null, body)], readings }))).toEqual([]);
  });
});

describe('a scope that leaves', () => {
  const gone = {
    scopes: [europe(body, null)],
    identities: [identity('10', 'both'), identity('11', 'before')],
    grants: [grant('10', '7', '3', 'before'), grant('10', '2', '1', 'both'), grant('11', '7', '3', 'before')],
    roles: [role('7', '1', ['Wipe device']), role('7', '3', ['Wipe device'], null)],
  };

  it('takes its grants, and those who had no others, along', () => {
    const told = explain(facts({ ...gone, left: new Map([['3', 'scope']]) }));
    expect(told.map(({ what, cause, subject, partOf }) => [what, cause, subject, partOf])).toEqual([
      ['scope-disappeared', 'scope', '80', undefined],
      ['role-revoked', 'scope', '10', 1],
      ['principal-disappeared', 'scope', '11', 1],
      ['role-revoked', 'scope', '11', 1],
    ]);
  });

  it('is no longer watched when the configuration drops it, whatever the spaces say', () => {
    const scopes = [europe(body, body)];
    const told = explain(facts({ ...gone, scopes, left: new Map([['3', 'configuration']]) }));
    expect(told.map(({ what, cause }) => [what, cause])).toEqual([
      ['scope-disappeared', 'configuration'],
      ['role-revoked', 'configuration'],
      ['principal-disappeared', 'configuration'],
      ['role-revoked', 'configuration'],
    ]);
    expect(told.map((change) => change.window.seenAt)).toEqual(told.map(() => RECORDED));
  });

  it('was last seen by the last read of who holds what in it', () => {
    const nine = new Date('2026-03-01T09:00:00Z');
    const readings = readingsWith(admins('3'), { provenFrom: nine, provenBy: 'exporter' });
    const [told] = explain(facts({ ...gone, readings, left: new Map([['3', 'configuration']]) }));
    expect(told?.window).toEqual({ notSeenAt: nine, seenAt: RECORDED, statedBy: ['exporter', 'rolewatch'] });
  });

  it('is told beside one that no list named', () => {
    const told = explain(
      facts({
        scopes: [europe(body, body)],
        left: new Map([
          ['5', 'configuration'],
          ['3', 'configuration'],
        ]),
      }),
    );
    expect(told.map(({ what, scope }) => [what, scope])).toEqual([
      ['scope-disappeared', '3'],
      ['scope-disappeared', '5'],
    ]);
  });

  it('takes along what was held in it or stated by it, and nothing that others stated', () => {
    const told = (inScope: string, ...closed: string[]) =>
      explain(
        facts({
          identities: [identity('10', 'both')],
          grants: [
            grant('10', '7', inScope, 'before', { closed: closed.map(admins) }),
            grant('10', '2', '1', 'both'),
          ],
          left: new Map([
            ['3', 'scope'],
            ['4', 'scope'],
          ]),
          readings: ['1', '3', '4'].map((scope) => reading(admins(scope))),
        }),
      ).find(({ what }) => what === 'role-revoked')?.partOf;
    // 1: space 3 has gone; 2: space 4
    expect(told('3', '3')).toBe(1);
    expect(told('4', '4')).toBe(2);
    expect(told('4', '1')).toBe(2);
    expect(told('1', '4')).toBe(2);
    expect(told('1', '3', '4')).toBe(1);
    expect(told('1', '3', '1')).toBeUndefined();
    expect(told('1', '1')).toBeUndefined();
  });

  it('is the reason why somebody disappeared only if everything went with it', () => {
    const told = (second: string) =>
      explain(
        facts({
          identities: [identity('10', 'before')],
          grants: [grant('10', '7', '3', 'before'), grant('10', '7', second, 'before')],
          left: new Map([['3', 'scope']]),
          readings: ['3', '5'].map((scope) => reading(admins(scope))),
        }),
      ).find(({ what }) => what === 'principal-disappeared');
    expect(told('5')).toMatchObject({ cause: 'assignment' });
    expect(told('5')).not.toHaveProperty('partOf');
    expect(told('3')).toMatchObject({ cause: 'scope', partOf: 1 });
  });

  it('is told even where no list ever named it', () => {
    const told = explain(
      facts({
        left: new Map([
          ['', 'configuration'],
          ['5', 'configuration'],
        ]),
      }),
    );
    expect(told).toMatchObject([{ what: 'scope-disappeared', scope: '5' }]);
    expect(told[0]).not.toHaveProperty('subject');
  });

  it('takes a grant elsewhere that only its list still stated', () => {
    const closed = [admins('3')];
    const told = explain(
      facts({
        ...gone,
        grants: [grant('10', '7', '1', 'before', { closed }), grant('10', '2', '1', 'both')],
        left: new Map([['3', 'scope']]),
      }),
    );
    expect(told).toMatchObject([
      { what: 'scope-disappeared' },
      { what: 'role-revoked', cause: 'scope', partOf: 1 },
    ]);
  });

  it('is not the reason for what was lost elsewhere', () => {
    const told = explain(
      facts({
        ...gone,
        grants: [grant('11', '7', '3', 'before'), grant('11', '2', '1', 'before')],
        left: new Map([['3', 'scope']]),
      }),
    );
    expect(told.map(({ what, cause, scope, partOf }) => [what, cause, scope, partOf])).toEqual([
      ['scope-disappeared', 'scope', '3', undefined],
      ['principal-disappeared', 'assignment', undefined, undefined],
      ['role-revoked', 'assignment', '1', 2],
      ['role-revoked', 'scope', '3', 1],
    ]);
  });
});
