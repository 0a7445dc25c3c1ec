import { AS_OF, principal, right, rulesOf, stateOf } from '../../test/support/judge-ground.js';
import type { JudgedPrincipal, JudgedState } from '../access/judged-state.js';
import { judge, judgeInSteps } from './judge.js';
import { canonicalBytes } from '../platform/canonical.js';
import type { Rule } from './ruleset.js';
import type { Assessment, Verdicts } from './verdicts.js';

const HOLDS_WIPE = 'subject: principal\nmatch: { any_of: [Wipe device] }';
const LACKS_SESSION = 'subject: principal\nmatch: { must_have: [Enforce single session] }';
const UNREAD = { incomplete: [{ part: 'principals', why: 'user_summary of space 2: denied' }] } as const;

const only = ({ assessments }: Verdicts): Assessment => assessments[0]!;

describe('a violation', () => {
  it('explains itself by the path of each right', () => {
    const group = { id: '9', name: 'Field Ops' };
    const ann = principal('5', [
      right('Wipe device', { through: group }),
      right('Wipe device', { scope: '2' }),
      right('View device'),
    ]);
    const { violations } = judge(stateOf([ann]), rulesOf(HOLDS_WIPE), AS_OF);
    expect(violations).toEqual([
      {
        rule: 'r0',
        severity: 'high',
        subject: { kind: 'principal', id: '5' },
        fields: {},
        message: 'A rule. Not so: holds Wipe device.',
        because: [
          { scope: '1', role: '7', permission: 'Wipe device', through: '9' },
          { scope: '2', role: '7', permission: 'Wipe device' },
        ],
        matched: ['Wipe device @ 1', 'Wipe device @ 2'],
      },
    ]);
  });

  it('is one for each value of a declared field', () => {
    const ann = principal('5', [right('Wipe device'), right('Wipe device', { scope: '2' })]);
    const { violations } = judge(stateOf([ann]), rulesOf(`${HOLDS_WIPE}\nfields: [scope]`), AS_OF);
    expect(violations.map(({ fields, matched }) => [fields, matched])).toEqual([
      [{ scope: '1' }, ['Wipe device @ 1']],
      [{ scope: '2' }, ['Wipe device @ 2']],
    ]);
  });

  it('names no person: names, keys and mail are joined when it is shown', () => {
    const ann = principal('5', [right('Wipe device')], { key: 'ann', name: 'Ann Example' });
    expect(JSON.stringify(judge(stateOf([ann]), rulesOf(HOLDS_WIPE), AS_OF))).not.toMatch(/ann/i);
  });
});

describe('the same state, rules and time', () => {
  it('give the same bytes, whatever the order', () => {
    const people = ['10', '9', '2'].map((id) => principal(id, [right('Wipe device'), right('View device')]));
    const ruleset = rulesOf(HOLDS_WIPE, LACKS_SESSION);
    const turned = people.map((one) => ({ ...one, rights: [...one.rights].reverse() })).reverse();
    const bytes = (state: JudgedState, rules: readonly Rule[]) =>
      canonicalBytes(judge(state, { ...ruleset, rules }, AS_OF)).toString();
    expect(bytes(stateOf(turned), [...ruleset.rules].reverse())).toBe(bytes(stateOf(people), ruleset.rules));
    const { violations } = judge(stateOf(people), ruleset, AS_OF);
    expect(violations.map(({ rule, subject }) => `${rule} ${subject.id}`)).toEqual([
      'r0 2',
      'r0 9',
      'r0 10',
      'r1 2',
      'r1 9',
      'r1 10',
    ]);
  });
});

describe('on data that are not whole', () => {
  const wiper = principal('5', [right('Wipe device')]);
  const viewer = principal('6', [right('View device')]);
  const single = principal('7', [right('Enforce single session')]);

  it('a rule of presence opens and resolves nothing', () => {
    const verdicts = judge(stateOf([wiper, viewer], UNREAD), rulesOf(HOLDS_WIPE), AS_OF);
    expect(verdicts.violations).toHaveLength(1);
    expect(only(verdicts)).toEqual({
      rule: 'r0',
      judged: 2,
      violated: 1,
      unassessable: 1,
      why: 'principals: user_summary of space 2: denied',
      mayResolve: false,
    });
  });

  it('a rule of absence opens nothing, and resolves all but those who still seem to lack it', () => {
    const verdicts = judge(stateOf([wiper, single], UNREAD), rulesOf(LACKS_SESSION), AS_OF);
    expect(verdicts.violations).toEqual([]);
    expect(only(verdicts)).toEqual({
      rule: 'r0',
      judged: 2,
      violated: 0,
      unassessable: 1,
      why: 'principals: user_summary of space 2: denied',
      mayResolve: true,
      undecided: [{ kind: 'principal', id: '5' }],
    });
  });

  it('a rule of both neither opens nor resolves', () => {
    const both = 'subject: principal\nmatch: { any_of: [Wipe device], none_of: [View settings] }';
    const verdicts = judge(stateOf([wiper, viewer], UNREAD), rulesOf(both), AS_OF);
    expect(verdicts.violations).toEqual([]);
    expect(only(verdicts)).toMatchObject({ violated: 0, unassessable: 2, mayResolve: false });
  });

  it('a rule is touched only by the parts that it needs', () => {
    const catalogue = { incomplete: [{ part: 'catalogue', why: 'denied' }] } as const;
    const byRole = rulesOf("subject: principal\nmatch: { any_of: ['role:7'] }");
    expect(only(judge(stateOf([viewer], catalogue), byRole, AS_OF)).mayResolve).toBe(true);
    expect(only(judge(stateOf([viewer], catalogue), rulesOf(HOLDS_WIPE), AS_OF)).mayResolve).toBe(false);
    const directory = { incomplete: [{ part: 'directory', why: 'denied' }] } as const;
    const local = rulesOf(
      'subject: principal\napplies: { kinds: [local-admin] }\nmatch: { any_of: [Wipe device] }',
    );
    expect(only(judge(stateOf([viewer], directory), local, AS_OF)).mayResolve).toBe(true);
    expect(only(judge(stateOf([viewer], directory), rulesOf(HOLDS_WIPE), AS_OF)).mayResolve).toBe(false);
  });

  it('a role without a definition may hide what seems to be missing', () => {
    const hidden = principal('5', [right('role:99', { role: '99' })]);
    const verdicts = judge(stateOf([hidden]), rulesOf(LACKS_SESSION), AS_OF);
    expect(only(verdicts)).toMatchObject({ violated: 0, unassessable: 1, mayResolve: true });
    expect(only(verdicts).why).toBe('role 99 is held, and no catalogue says what it gives');
  });
});

describe('a rule that throws', () => {
  it('is an assessment with its error, and the others go on', () => {
    const ruleset = rulesOf(HOLDS_WIPE, LACKS_SESSION);
    const [first, second] = ruleset.rules;
    const broken = { ...first!, match: { levels: { webhooks: 'nonsense' } } };
    const verdicts = judge(
      stateOf([principal('5', [right('x')])]),
      { ...ruleset, rules: [broken, second!] },
      AS_OF,
    );
    expect(verdicts.assessments).toMatchObject([
      { rule: 'r0', judged: 0, error: '"nonsense" is no comparison of levels', mayResolve: false },
      { rule: 'r1', violated: 1, mayResolve: true },
    ]);
  });

  it('half way takes back what it had found', () => {
    const trap = principal('6', []);
    Object.defineProperty(trap, 'rights', {
      get: () => {
        throw new Error('boom');
      },
    });
    const verdicts = judge(
      stateOf([principal('5', [right('Wipe device')]), trap]),
      rulesOf(HOLDS_WIPE),
      AS_OF,
    );
    expect(verdicts).toEqual({
      violations: [],
      assessments: [
        { rule: 'r0', judged: 0, violated: 0, unassessable: 0, error: 'boom', mayResolve: false },
      ],
    });
  });
});

it('rules of another product are not asked', () => {
  const state = stateOf([principal('5', [right('Wipe device')])], { product: 'mambo-emm' });
  expect(judge(state, rulesOf(HOLDS_WIPE), AS_OF)).toEqual({ violations: [], assessments: [] });
});

it('a group that grows has more to accept, one that shrinks has not', () => {
  const few = 'subject: source\nmatch: { population: { who: [Wipe device], at_most: 1 } }';
  const matched = (count: number): string[] => {
    const group = principal('9', [right('Wipe device')], {
      kind: 'ldap-group',
      members: { count, known: false },
    });
    return [...judge(stateOf([group]), rulesOf(few), AS_OF).violations[0]!.matched];
  };
  const accepted = matched(12);
  expect(accepted).toEqual(expect.arrayContaining(matched(5)));
  expect(accepted).toEqual(expect.arrayContaining(matched(16)));
  expect(matched(17).filter((one) => !accepted.includes(one))).toEqual([
    'principal 9 and more than 16 people',
  ]);
});

describe('a right that a group holds whose members are not known', () => {
  const SESSION = [right('Enforce single session')];
  const group = (scope = '1') =>
    principal(
      '9',
      SESSION.map((one) => ({ ...one, scope })),
      { kind: 'ldap-group', origin: 'directory', members: { count: 3, known: false } },
    );
  const ann = (origin: 'local' | 'directory') => principal('5', [right('View device')], { origin });
  const judged = (rule: string, ...principals: JudgedPrincipal[]) =>
    only(judge(stateOf(principals), rulesOf(rule), AS_OF));

  it('may be held by anybody from the directory, so that lacking it is not known', () => {
    const people = `${LACKS_SESSION}\napplies: { kinds: [local-admin] }`;
    expect(judged(people, ann('directory'), group())).toMatchObject({
      violated: 0,
      unassessable: 1,
      why: 'may hold Enforce single session through a group whose members are not known',
    });
    expect(judged(people, ann('local'), group())).toMatchObject({ violated: 1, unassessable: 0 });
    expect(judged(people, ann('directory'), group('2'))).toMatchObject({ violated: 1, unassessable: 0 });
  });

  it('leaves what is surely lacking', () => {
    const both = LACKS_SESSION.replace('[', '[Lock device, ') + '\napplies: { kinds: [local-admin] }';
    expect(judged(both, ann('directory'), group())).toMatchObject({ violated: 1, unassessable: 0 });
  });
});

describe('judging in steps', () => {
  it('pauses every few principals, and gives the same bytes', () => {
    const state = stateOf(
      Array.from({ length: 200 }, (_, i) => principal(`${i + 1}`, [right('Wipe device')])),
    );
    const rules = rulesOf(HOLDS_WIPE);
    const steps = judgeInSteps(state, rules, AS_OF);
    let pauses = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) pauses++;
    expect(pauses).toBeGreaterThanOrEqual(10);
    expect(canonicalBytes(step.value)).toEqual(canonicalBytes(judge(state, rules, AS_OF)));
  });
});
