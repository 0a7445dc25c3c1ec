import { rulesOf } from '../../../test/support/judge-ground.js';
import type { Because } from '../verdicts.js';
import { hit, MISS, noted, type Outcome, type Reason } from './outcome.js';
import { bySubject, Tally } from './tally.js';

const PRESENCE = 'subject: principal\nmatch: { any_of: [A] }';
const ABSENCE = 'subject: principal\nmatch: { must_have: [A] }';
const MIXED = 'subject: principal\nmatch: { any_of: [A], none_of: [B] }';

const unknown = (why: string): Outcome => ({ is: 'unknown', why });
const reason = (because: Because, matched: string): Reason => ({ because, matched });
const A = reason({ scope: '1', role: '7', permission: 'A' }, 'A @ 1');

function tallied(body: string, outcomes: Record<string, Outcome>, incomplete?: string) {
  const tally = new Tally(rulesOf(body).rules[0]!, incomplete);
  for (const [id, outcome] of Object.entries(outcomes)) tally.add({ kind: 'principal', id }, outcome);
  return tally.result();
}
const opened = (fields: string, ...reasons: Reason[]) =>
  tallied(`${PRESENCE}\nfields: [${fields}]`, { 5: hit(reasons, 'so') }).violations;

describe('the findings of a rule with fields', () => {
  it('are one for each combination, their fields in the order of their names', () => {
    const both = opened(
      'scope, role',
      A,
      reason({ scope: '2', role: '7', permission: 'A' }, 'A @ 2'),
      reason({ scope: '2', role: '7', permission: 'B' }, 'B @ 2'),
      reason({ scope: '2', role: '8', permission: 'B' }, 'B @ 2'),
    );
    expect(both.map(({ fields }) => Object.entries(fields))).toEqual([
      [
        ['role', '7'],
        ['scope', '1'],
      ],
      [
        ['role', '7'],
        ['scope', '2'],
      ],
      [
        ['role', '8'],
        ['scope', '2'],
      ],
    ]);
    expect(both.map(({ matched }) => matched)).toEqual([['A @ 1'], ['A @ 2', 'B @ 2'], ['B @ 2']]);
  });

  it('share what has no value for a field: it goes with each', () => {
    const [one, two] = opened('scope', A, noted('old'), reason({ scope: '2' }, 'x @ 2'));
    expect(one).toMatchObject({ fields: { scope: '1' }, matched: ['A @ 1', 'old'] });
    expect(two).toMatchObject({ fields: { scope: '2' }, matched: ['old', 'x @ 2'] });
    // a value of one of two fields is none of both
    expect(opened('scope, role', A, reason({ scope: '2' }, 'x @ 2'))).toMatchObject([
      { fields: { scope: '1', role: '7' }, matched: ['A @ 1', 'x @ 2'] },
    ]);
  });

  it('are one without fields, where nothing has a value for them', () => {
    expect(opened('scope', noted('old'))).toMatchObject([{ fields: {}, matched: ['old'] }]);
  });
});

describe('reasons', () => {
  it('are told once, sorted, with their keys in one order', () => {
    const path = { permission: 'A', role: '7', scope: '1' };
    const [violation] = opened('', reason({ note: 'z' }, 'z'), reason(path, 'x'), A, noted('a'), A);
    expect(JSON.stringify(violation!.because)).toBe(
      '[{"note":"a"},{"note":"z"},{"scope":"1","role":"7","permission":"A"}]',
    );
    expect(violation!.matched).toEqual(['A @ 1', 'a', 'x', 'z']);
  });
});

describe('the assessment', () => {
  const counts = { 5: hit([A], 'so'), 6: MISS, 7: unknown('b'), 10: unknown('a'), 9: unknown('b') };

  it('of whole data counts everybody once, and names who could not be judged', () => {
    expect(tallied(PRESENCE, counts).assessment).toEqual({
      rule: 'r0',
      judged: 5,
      violated: 1,
      unassessable: 3,
      why: 'a; b',
      mayResolve: true,
      undecided: ['7', '9', '10'].map((id) => ({ kind: 'principal', id })),
    });
  });

  it('says no more than there is to say', () => {
    const { assessment } = tallied(PRESENCE, { 5: hit([A], 'so'), 6: MISS });
    expect(Object.keys(assessment).sort()).toEqual([
      'judged',
      'mayResolve',
      'rule',
      'unassessable',
      'violated',
    ]);
  });

  it('of a rule of presence on data that are not whole leaves all who do not break it', () => {
    const { assessment, violations } = tallied(PRESENCE, counts, 'denied');
    expect(violations).toHaveLength(1);
    expect(assessment).toEqual({
      rule: 'r0',
      judged: 5,
      violated: 1,
      unassessable: 4,
      why: 'a; b; denied',
      mayResolve: false,
    });
  });

  it('of a rule of absence on data that are not whole leaves those who seem to break it', () => {
    const { assessment, violations } = tallied(ABSENCE, { 5: hit([A], 'so'), 6: MISS }, 'denied');
    expect(violations).toEqual([]);
    expect(assessment).toMatchObject({ unassessable: 1, why: 'denied', mayResolve: true });
    expect(assessment.undecided).toEqual([{ kind: 'principal', id: '5' }]);
    expect(tallied(ABSENCE, { 6: MISS }, 'denied').assessment).toEqual({
      ...{ rule: 'r0', judged: 1, violated: 0, unassessable: 0, mayResolve: true },
    });
  });

  it('of a rule of both on data that are not whole says nothing of anybody', () => {
    const { assessment, violations } = tallied(MIXED, counts, 'denied');
    expect(violations).toEqual([]);
    expect(assessment).toMatchObject({
      violated: 0,
      unassessable: 5,
      why: 'a; b; denied',
      mayResolve: false,
    });
  });

  it('names five reasons at most', () => {
    const many = Object.fromEntries(Array.from('gfedcba', (why, i) => [String(i), unknown(why)]));
    expect(tallied(PRESENCE, many).assessment.why).toBe('a; b; c; d; e');
  });
});

it('subjects stand by kind, then ids by their value, and names by code units', () => {
  const sorted = (...ids: string[]): string[] =>
    ids
      .map((id) => ({ kind: 'role', id }) as const)
      .sort(bySubject)
      .map(({ id }) => id);
  expect(sorted('10', '9', '100', '2')).toEqual(['2', '9', '10', '100']);
  expect(sorted('b', 'aa', 'Z')).toEqual(['Z', 'aa', 'b']);
  // what only begins or ends with digits is a name
  expect(sorted('9a', '10a')).toEqual(['10a', '9a']);
  expect(sorted('a9', 'a10')).toEqual(['a10', 'a9']);
  expect(sorted('9a', '10')).toEqual(['10', '9a']);
  expect(bySubject({ kind: 'role', id: '1' }, { kind: 'principal', id: '2' })).toBeGreaterThan(0);
});
