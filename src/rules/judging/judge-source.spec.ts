import fc from 'fast-check';
import { AS_OF, principal, right, rulesOf, stateOf } from '../../../test/support/judge-ground.js';
import type { JudgedPrincipal, JudgedState, Right } from '../../access/judged-state.js';
import { canonicalBytes } from '../../platform/canonical.js';
import { judge } from '../judge.js';

const judged = (rule: string, people: readonly JudgedPrincipal[], more: Partial<JudgedState> = {}) => {
  const { violations, assessments } = judge(
    stateOf(people, more),
    rulesOf(`subject: source\n${rule}`),
    AS_OF,
  );
  return { violations, assessment: assessments[0]!, why: assessments[0]!.why };
};
const population = (text: string): string => `match: { population: { ${text} } }`;
const holder = (id: string, more: Partial<Right> = {}) => principal(id, [right('Wipe device', more)]);
const viewer = (id: string) => principal(id, [right('View device')]);
const group = (id: string, count: number | null) =>
  principal(id, [right('Wipe device')], { kind: 'ldap-group', members: { count, known: false } });
const unit = (id: string, count: number, key: string | null) =>
  principal(id, [right('Wipe device')], { kind: 'ldap-ou', key, members: { count, known: true } });

describe('too many holders', () => {
  const FEW = population('who: [Wipe device], at_most: 1');

  it('are told one by one, and accepted one by one', () => {
    const { violations } = judged(FEW, [holder('5'), holder('6', { scope: '2' }), viewer('7')]);
    expect(violations).toEqual([
      {
        rule: 'r0',
        severity: 'high',
        subject: { kind: 'source', id: 'hq' },
        fields: {},
        message: 'A rule. Not so: 2 people where at most 1 should be.',
        because: [
          { note: '2 people where at most 1 should be' },
          { principal: '5', scope: '1', role: '7', permission: 'Wipe device' },
          { principal: '6', scope: '2', role: '7', permission: 'Wipe device' },
        ],
        matched: ['principal 5', 'principal 6', 'too many'],
      },
    ]);
  });

  it('of a group are as many as it has members, told once', () => {
    const [violation] = judged(FEW, [group('9', 3)]).violations;
    expect(violation!.message).toContain('3 people where');
    expect(violation!.because).toEqual([
      { note: '3 people where at most 1 should be' },
      { principal: '9', scope: '1', role: '7', permission: 'Wipe device' },
    ]);
    expect(violation!.matched).toEqual([
      'principal 9',
      'principal 9 and more than 1 people',
      'principal 9 and more than 2 people',
      'too many',
    ]);
  });

  it('are counted once, whatever they hold it through', () => {
    const ann = holder('5', { through: { id: '8', name: 'Ops' } });
    expect(judged(FEW, [ann, unit('8', 1, 'ou=ops,dc=a')]).violations).toEqual([]);
    expect(judged(FEW, [holder('5'), unit('8', 1, 'ou=ops,dc=a')]).violations).toHaveLength(1);
  });

  it('of a unit below another one are counted with it, however its name is written', () => {
    const below = unit('9', 1, 'OU=night, OU=Ops,DC=a');
    expect(judged(FEW, [unit('8', 1, 'ou=ops,dc=a'), below]).violations).toEqual([]);
    expect(judged(FEW, [unit('8', 1, 'ou=desk,dc=a'), below]).violations).toHaveLength(1);
  });

  it('of units of which one has lost its name may be the same', () => {
    const erased = unit('9', 1, null);
    expect(judged(FEW, [unit('8', 1, 'ou=ops,dc=a'), erased]).why).toBe(
      '1 to 2 people where at most 1 should be: members of groups are not known',
    );
  });

  it('are rows, where rows are counted', () => {
    const rows = population('who: [Wipe device], count: principals, at_most: 1');
    expect(judged(rows, [group('9', 30)]).violations).toEqual([]);
    expect(judged(rows, [group('9', 30), holder('5')]).violations[0]!.message).toContain('2 principals');
  });

  it('stay too many, whatever a role without a definition may give besides', () => {
    const hidden = principal('7', [right('role:99', { role: '99' })]);
    expect(judged(FEW, [holder('5'), holder('6'), hidden]).violations).toHaveLength(1);
  });

  it('beyond a hundred are counted by name, and accepted by theirs, in whatever order they came', () => {
    const crowd = Array.from({ length: 103 }, (_, i) => holder(String(i + 1)));
    const { violations } = judged(FEW, crowd);
    const { because, matched } = violations[0]!;
    expect(because).toHaveLength(102);
    expect(because.filter(({ note }) => note !== undefined)).toEqual([
      { note: '103 people where at most 1 should be' },
      { note: 'and 3 more' },
    ]);
    expect(because.map((one) => one.principal)).not.toContain('101');
    expect(matched).toHaveLength(104);
    expect(matched).toContain('principal 103');
    const turned = judged(FEW, [...crowd].reverse());
    expect(canonicalBytes(turned.violations)).toEqual(canonicalBytes(violations));
  });
});

describe('too few holders', () => {
  const MANY = population('who: [Wipe device], at_least: 2');
  const unknown = principal('7', [right('role:99', { role: '99' })]);

  it('are one fact: one more of them is no growth', () => {
    const [none, one] = [judged(MANY, [viewer('5')]), judged(MANY, [holder('5')])];
    expect(none.violations[0]!.message).toBe('A rule. Not so: 0 people where at least 2 should be.');
    expect(none.violations[0]!.matched).toEqual(['too few']);
    expect(one.violations[0]!.matched).toEqual(['too few']);
    expect(one.violations[0]!.because).toContainEqual(expect.objectContaining({ principal: '5' }));
    expect(judged(MANY, [holder('5'), holder('6')]).violations).toEqual([]);
  });

  it('may be more, where a role that no catalogue explains may give it', () => {
    expect(judged(MANY, [holder('5'), unknown]).why).toBe(
      'role 99 is held, and no catalogue says what it gives',
    );
    const byName = population("who: ['role-named:Owner'], at_least: 1");
    expect(judged(byName, [unknown]).violations).toEqual([]);
    const byId = population("who: ['role:7'], at_least: 1");
    expect(judged(byId, [unknown]).violations).toHaveLength(1);
  });

  it('may be more, where roles are asked for and the source shows none', () => {
    const byRole = population("who: ['role:7'], at_least: 1");
    const bare = principal('5', [right('View device', { role: null })]);
    const both = principal('6', [right('View device', { role: null }), right('View app', { role: '8' })]);
    expect(judged(byRole, [bare]).why).toBe('the source shows nobody who holds any role');
    expect(judged(byRole, [bare, both]).violations).toHaveLength(1);
    const either = population("who: ['role:7', Wipe device], at_least: 1");
    expect(judged(either, [bare]).violations).toHaveLength(1);
  });

  it('may be more by members that nobody counts', () => {
    expect(judged(MANY, [holder('5'), group('9', null)]).why).toBe(
      'at least 1 people where at least 2 should be: members of groups are not known',
    );
  });
});

describe('a percentage', () => {
  const nobody = (id: string) => principal(id, []);

  it('of everybody counts those who hold nothing', () => {
    const half = population('who: [Wipe device], at_most_percent: 50, of: everyone');
    expect(judged(half, [holder('5'), nobody('6')]).violations).toEqual([]);
    expect(judged(half, [holder('5'), holder('6'), nobody('7')]).violations[0]!.message).toContain(
      '66.7% where at most 50% should be',
    );
  });

  it('of those who hold something else counts only them', () => {
    const most = population('who: [Wipe device], at_least_percent: 60, of: [View device]');
    const both = principal('5', [right('Wipe device'), right('View device')]);
    expect(judged(most, [both, viewer('6'), nobody('7')]).violations[0]!.message).toContain(
      '50% where at least 60% should be',
    );
    expect(judged(most, [both, nobody('7')]).violations).toEqual([]);
    // nothing of nothing
    expect(judged(most, [nobody('7')]).violations[0]!.message).toContain('0% where');
  });
});

describe('in each scope', () => {
  const EACH = `${population('who: [Wipe device], at_least: 1')}\nfields: [scope]`;
  const scopeNames = new Map([
    ['1', 'Global'],
    ['3', 'Lab'],
    ['2', 'Field'],
  ]);
  const told = (rule: string, people: readonly JudgedPrincipal[]) =>
    judged(rule, people, { scopeNames }).violations.map(({ fields, matched }) => [fields['scope'], matched]);

  it('it is counted by itself, also where nobody holds anything', () => {
    expect(told(EACH, [holder('5'), viewer('6')])).toEqual([
      ['2', ['too few @ 2']],
      ['3', ['too few @ 3']],
    ]);
    const few = `${population('who: [Wipe device], at_most: 1')}\nfields: [scope]`;
    const two = [holder('5', { scope: '2' }), holder('6', { scope: '2' }), holder('7')];
    expect(told(few, two)).toEqual([['2', ['principal 5', 'principal 6', 'too many @ 2']]]);
  });

  it('its name is told, and its key where it has none', () => {
    const few = `${population('who: [Wipe device], at_most: 0')}\nfields: [scope]`;
    const { violations } = judged(few, [holder('5'), holder('6', { scope: '4' })], { scopeNames });
    expect(violations[0]!.message).toBe(
      'A rule. Not so: 1 people in Global where at most 0 should be; 1 people in 4 where at most 0 should be.',
    );
    expect(violations[0]!.because).toEqual([
      { scope: '1', note: '1 people in Global where at most 0 should be' },
      { principal: '5', scope: '1', role: '7', permission: 'Wipe device' },
    ]);
  });

  it('that the rule names, and in no other', () => {
    expect(told(`${EACH}\napplies: { scopes: ['2', '1'] }`, [])).toEqual([
      ['1', ['too few @ 1']],
      ['2', ['too few @ 2']],
    ]);
    expect(told(`${EACH}\napplies: { except_scopes: ['2'] }`, [])).toEqual([
      ['1', ['too few @ 1']],
      ['3', ['too few @ 3']],
    ]);
    expect(told(`${EACH}\napplies: { scopes: ['2', '3'], except_scopes: ['3'] }`, [])).toEqual([
      ['2', ['too few @ 2']],
    ]);
  });

  it('those who are too many to name stay in their scope', () => {
    const few = `${population('who: [Wipe device], at_most: 1')}\nfields: [scope]`;
    const crowd = Array.from({ length: 102 }, (_, i) => holder(String(i + 1), { scope: '2' }));
    const [only, ...others] = judged(few, crowd, { scopeNames }).violations;
    expect(others).toEqual([]);
    expect(only!.fields).toEqual({ scope: '2' });
    expect(only!.because).toContainEqual({ scope: '2', note: 'and 2 more' });
  });
});

describe('a source', () => {
  it('with fewer scopes than the rule asks for is not judged', () => {
    const rule = `${population('who: [Wipe device], at_least: 1')}\napplies: { source_scopes_at_least: 2 }`;
    expect(judged(rule, []).assessment).toMatchObject({ judged: 0, violated: 0, unassessable: 0 });
    const two = new Map([
      ['1', 'Global'],
      ['2', 'Field'],
    ]);
    expect(judged(rule, [], { scopeNames: two }).assessment).toMatchObject({ judged: 1, violated: 1 });
  });

  it('that does not say of somebody whether the account is local cannot be counted', () => {
    const rule = `${population('who: [Wipe device], at_least: 3')}\napplies: { origin: local }`;
    const doubtful = ['5', '6'].map((id) => ({ ...holder(id), origin: null }));
    expect(judged(rule, [...doubtful, holder('7')]).assessment).toEqual({
      rule: 'r0',
      judged: 1,
      violated: 0,
      unassessable: 1,
      why: 'of 2 the source does not say whether the account is local',
      mayResolve: true,
      undecided: [{ kind: 'source', id: 'hq' }],
    });
    expect(judged(rule, [holder('7')]).violations).toHaveLength(1);
  });

  it('cannot show what no data can answer', () => {
    expect(judged('match: { not_assessable: Nobody says. }', [holder('5')]).assessment).toEqual({
      rule: 'r0',
      judged: 1,
      violated: 0,
      unassessable: 1,
      why: 'Nobody says.',
      mayResolve: true,
      undecided: [{ kind: 'source', id: 'hq' }],
    });
  });
});

describe('laws of populations', () => {
  const people = fc
    .uniqueArray(fc.tuple(fc.nat(30), fc.constantFrom('1', '2'), fc.boolean()), {
      selector: ([id]) => id,
      maxLength: 6,
    })
    .map((all) =>
      all.map(([id, scope, holds]) => (holds ? holder(String(id), { scope }) : viewer(String(id)))),
    );
  const scopes = new Map([
    ['1', 'Global'],
    ['2', 'Field'],
  ]);
  const breaks = (rule: string, some: readonly JudgedPrincipal[]): boolean =>
    judged(rule, some, { scopeNames: scopes }).violations.length > 0;

  it('a scope has too many by itself exactly if the rule for it alone says so', () => {
    fc.assert(
      fc.property(people, fc.nat(3), (some, most) => {
        const rule = population(`who: [Wipe device], at_most: ${most}`);
        const each = judged(`${rule}\nfields: [scope]`, some, { scopeNames: scopes }).violations;
        const alone = [...scopes.keys()].filter((scope) =>
          breaks(`${rule}\napplies: { scopes: ['${scope}'] }`, some),
        );
        expect(each.map(({ fields }) => fields['scope'])).toEqual(alone);
      }),
    );
  });

  it('what is too many for one limit is not too few for the next', () => {
    fc.assert(
      fc.property(people, fc.nat(6), (some, limit) => {
        const many = breaks(population(`who: [Wipe device], at_most: ${limit}`), some);
        expect(breaks(population(`who: [Wipe device], at_least: ${limit + 1}`), some)).toBe(!many);
      }),
    );
  });
});
