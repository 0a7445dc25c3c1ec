import {
  admins,
  ELEVEN,
  facts,
  grant,
  identity,
  list,
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
