import { AS_OF, principal, right, rulesOf, stateOf } from '../../../test/support/judge-ground.js';
import type { Right } from '../../access/judged-state.js';
import { judge } from '../judge.js';

const judged = (match: string, ...rights: Right[]) => {
  const { violations, assessments } = judge(
    stateOf([principal('5', rights)]),
    rulesOf(`subject: principal\nmatch: ${match}`),
    AS_OF,
  );
  return {
    fact: violations[0]?.message.slice('A rule. Not so: '.length),
    matched: violations[0]?.matched,
    why: assessments[0]!.why,
  };
};

describe('what is said of a match', () => {
  it.each([
    ['{ any_of: [A, B] }', 'holds A, B.', ['A @ 1', 'B @ 1']],
    ["{ any_of: ['role:7'] }", 'holds role 7.', ['role 7 @ 1']],
    ['{ all_of: [A, B] }', 'holds A, B.', ['A @ 1', 'B @ 1']],
    ['{ at_least: { n: 2, of: [A, B, C] } }', 'holds A, B.', ['A @ 1', 'B @ 1']],
    ['{ other_than: [A] }', 'holds B.', ['B @ 1']],
    ['{ none_of: [C, D] }', 'does not hold C, D.', ['without C', 'without D']],
    ['{ must_have: [A, D, C] }', 'does not hold C, D.', ['without C', 'without D']],
    [
      '{ separation: { sets: { one: [A, C], other: [B], third: [D] } } }',
      'holds rights of one, other together.',
      ['one: A @ 1', 'other: B @ 1'],
    ],
    ['{ any_of: [A], none_of: [C] }', 'holds A; does not hold C.', ['A @ 1', 'without C']],
  ])('%s', (match, fact, matched) => {
    expect(judged(match, right('A'), right('B'))).toEqual({ fact, matched, why: undefined });
  });

  it('nothing, where it is not so', () => {
    const nothing = { fact: undefined, matched: undefined, why: undefined };
    for (const match of [
      '{ any_of: [C] }',
      '{ all_of: [A, B, C] }',
      '{ at_least: { n: 3, of: [A, B, C] } }',
      '{ other_than: [A, B] }',
      '{ none_of: [A, C] }',
      '{ must_have: [A, B] }',
      '{ separation: { sets: { one: [A, B], other: [C] } } }',
      '{ separation: { sets: { one: [A], other: [B], third: [C] }, at_most: 2 } }',
    ])
      expect(judged(match, right('A'), right('B'))).toEqual(nothing);
  });
});

it('one permission among roles that are missing is enough to ask what a role without a definition gives', () => {
  const unknown = right('role:99', { role: '99' });
  const why = 'role 99 is held, and no catalogue says what it gives';
  expect(judged("{ none_of: ['role:8', C] }", unknown)).toMatchObject({ why, matched: undefined });
  expect(judged("{ none_of: ['role:8'] }", unknown)).toMatchObject({
    why: undefined,
    matched: ['without role:8'],
  });
  // whatever stands before it
  expect(judged('{ none_of: [C] }', right('A'), unknown)).toMatchObject({ why, matched: undefined });
});
