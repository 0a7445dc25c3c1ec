import type { Assessment, Because, Violation } from '../rules/verdicts.js';
import type { Standing } from './finding.js';
import { fingerprintOf } from './finding.js';
import { type NextEvent, nextEvents } from './life.js';
import { applied, idleWaiver, type PastMatch, type Waiver, waiverId, waiversDigest } from './waiver.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const subject = { kind: 'principal', id: '7' } as const;
const match = (...matched: string[]) => ({
  severity: 'high' as const,
  message: 'holds it',
  because: matched.map((permission) => ({ permission })),
  matched,
});
const violation = (...matched: string[]): Violation => ({
  rule: 'r',
  subject,
  fields: { scope: '1' },
  ...match(...matched),
});
const standing = (state: Standing['state'], more: Partial<Standing> = {}): Standing => ({
  ...{ id: 1, no: 1, rule: 'r', subject, fields: { scope: '1' }, state, waiver: null },
  ...match('wipe'),
  ...more,
});
const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  ...{ id: 'w1', rule: 'r', subject, fields: {}, reason: 'agreed', approver: 'boss', from: null },
  ...{ until: new Date('2026-07-01T00:00:00Z'), accepts: null },
  ...more,
});
const assessed: Assessment = { rule: 'r', judged: 1, violated: 0, unassessable: 0, mayResolve: true };
const waivedBy = (by: Waiver): Standing => standing('waived', { waiver: applied(by) });
const past = (by: string | null, ...matched: string[]): PastMatch => ({
  ...{ finding: 1, severity: 'high', matched, fingerprint: fingerprintOf(matched), waiver: by },
});

interface Case {
  readonly before?: Standing;
  readonly past?: readonly PastMatch[];
  readonly violation?: Violation;
  readonly assessment?: Assessment | null;
  readonly waivers?: readonly Waiver[];
  readonly watched?: boolean;
  readonly gone?: boolean;
}

function events(given: Case): string[] {
  const {
    before,
    violation: found,
    assessment = assessed,
    waivers = [],
    watched = true,
    gone = false,
  } = given;
  const judged = {
    verdicts: { violations: found ? [found] : [], assessments: assessment ? [assessment] : [] },
    watched,
    shows: () => !gone,
  };
  return nextEvents(before ? [before] : [], given.past ?? [], judged, waivers, NOW).map(words);
}
const words = ({ kind, state, why }: NextEvent): string =>
  [kind, ...(kind === 'reexplained' ? [state] : []), ...(why === null ? [] : [why])].join(' ');

const grown = violation('wipe', 'retire');
const ended = waiver({ until: NOW });
const accepting = (...matched: string[]) => waiver({ accepts: fingerprintOf(matched).slice(0, 16) });

describe('a finding', () => {
  const cases: readonly [string, Case, string[]][] = [
    ['opens', { violation: violation('wipe') }, ['opened']],
    ['stays as it is', { before: standing('open'), violation: violation('wipe') }, []],
    ['is explained anew', { before: standing('open'), violation: grown }, ['reexplained open']],
    [
      'is explained anew when it weighs more',
      { before: standing('open'), violation: { ...violation('wipe'), severity: 'critical' } },
      ['reexplained open'],
    ],
    [
      'is not told again for another wording',
      { before: standing('open'), violation: { ...violation('wipe'), message: '91 days old' } },
      [],
    ],
    ['resolves', { before: standing('open') }, ['resolved no-longer-violated']],
    ['resolves with its subject', { before: standing('open'), gone: true }, ['resolved subject-gone']],
    ['resolves with its rule', { before: standing('open'), assessment: null }, ['resolved rule-dropped']],
    [
      'resolves with its source',
      { before: waivedBy(waiver()), assessment: null, watched: false },
      ['resolved source-retired'],
    ],
    [
      'is not resolved by a state that was not seen whole',
      { before: standing('open'), assessment: { ...assessed, mayResolve: false } },
      [],
    ],
    [
      'is not resolved by a rule that failed',
      { before: standing('open'), assessment: { ...assessed, error: 'x' } },
      [],
    ],
    [
      'is not resolved where its subject could not be judged',
      { before: standing('open'), assessment: { ...assessed, undecided: [subject] } },
      [],
    ],
    [
      'is resolved where only others could not be judged',
      {
        before: standing('open'),
        assessment: {
          ...assessed,
          undecided: [
            { kind: 'principal', id: '8' },
            { kind: 'role', id: '7' },
          ],
        },
      },
      ['resolved no-longer-violated'],
    ],
    [
      'is not resolved where its subject is one of those who could not be judged',
      {
        before: standing('open'),
        assessment: { ...assessed, undecided: [{ kind: 'principal', id: '3' }, subject] },
      },
      [],
    ],
    [
      'stays waived, and is explained anew, when it is matched by less',
      {
        before: { ...waivedBy(waiver()), ...match('wipe', 'retire') },
        past: [past('w1', 'wipe', 'retire')],
        violation: violation('wipe'),
        waivers: [waiver()],
      },
      ['reexplained waived'],
    ],
    [
      'has lost its waiver, whatever other waiver there is that does not cover it',
      {
        before: waivedBy(ended),
        violation: violation('wipe'),
        waivers: [ended, waiver({ id: 'w2', fields: { scope: '2' } })],
      },
      ['reopened waiver-ended'],
    ],
    ['stays resolved', { before: standing('resolved') }, []],
    ['comes back', { before: standing('resolved'), violation: violation('wipe') }, ['reopened came-back']],
    [
      'that was acknowledged is reopened when it grows',
      { before: standing('acknowledged'), violation: grown },
      ['reopened grew'],
    ],
    [
      'that was acknowledged stays so when it shrinks',
      {
        before: standing('acknowledged', match('wipe', 'retire')),
        violation: violation('wipe'),
      },
      ['reexplained acknowledged'],
    ],
    ['opens waived', { violation: violation('wipe'), waivers: [waiver()] }, ['opened', 'waived']],
    [
      'is waived',
      { before: standing('acknowledged'), violation: violation('wipe'), waivers: [waiver()] },
      ['waived'],
    ],
    [
      'is not waived for other fields',
      {
        before: standing('open'),
        violation: violation('wipe'),
        waivers: [waiver({ fields: { scope: '2' } })],
      },
      [],
    ],
    [
      'is not waived before the waiver begins',
      {
        before: standing('open'),
        violation: violation('wipe'),
        waivers: [waiver({ from: new Date('2026-06-02T00:00:00Z') })],
      },
      [],
    ],
    [
      'is reopened when the waiver ends',
      { before: waivedBy(ended), violation: violation('wipe'), waivers: [ended] },
      ['reopened waiver-ended'],
    ],
    [
      'is reopened when the waiver ends although nothing can be judged',
      { before: waivedBy(ended), assessment: { ...assessed, mayResolve: false } },
      ['reopened waiver-ended'],
    ],
    [
      'is reopened when it outgrows what was matched when the waiver first applied',
      { before: waivedBy(waiver()), past: [past('w1', 'wipe')], violation: grown, waivers: [waiver()] },
      ['reopened grew'],
    ],
    [
      'stays waived when it shrinks',
      {
        before: waivedBy(waiver()),
        past: [past('w1', 'wipe', 'retire')],
        violation: violation('wipe'),
        waivers: [waiver()],
      },
      [],
    ],
    [
      'is reopened when it weighs more than what was accepted',
      {
        before: waivedBy(waiver()),
        past: [past('w1', 'wipe')],
        violation: { ...violation('wipe'), severity: 'critical' },
        waivers: [waiver()],
      },
      ['reopened grew'],
    ],
    [
      'is waived by another waiver without being reopened',
      {
        before: waivedBy(waiver()),
        past: [past('w1', 'wipe')],
        violation: grown,
        waivers: [waiver({ id: 'w2' })],
      },
      ['waived'],
    ],
    [
      'is accepted by the fingerprint of what is found now',
      { before: standing('open'), violation: grown, waivers: [accepting('wipe', 'retire')] },
      ['waived'],
    ],
    [
      'is accepted by the fingerprint of more that it was once',
      {
        before: standing('open'),
        past: [past(null, 'wipe', 'retire')],
        violation: violation('wipe'),
        waivers: [accepting('wipe', 'retire')],
      },
      ['waived'],
    ],
    [
      'is not accepted by the fingerprint of less',
      {
        before: standing('open'),
        past: [past(null, 'wipe')],
        violation: grown,
        waivers: [accepting('wipe')],
      },
      ['reexplained open'],
    ],
    [
      'is not accepted by a fingerprint that it never had',
      { before: standing('open'), violation: violation('wipe'), waivers: [accepting('lock')] },
      [],
    ],
  ];
  it.each(cases)('%s', (_, given, expected) => {
    expect(events(given)).toEqual(expected);
  });
});

describe('a finding that goes on is explained anew', () => {
  const lock: Because = { permission: 'lock', role: '5', scope: '1' };
  const wipe: Because = { permission: 'wipe', role: '5', scope: '1', latent: true };
  const held = { ...match('lock', 'wipe'), because: [lock, wipe] };

  it.each<[string, Partial<Violation>]>([
    ['one of what matched is another', { matched: ['lock', 'retire'] }],
    ['one reason less is given', { because: [wipe] }],
    ['one reason is another', { because: [lock, { ...wipe, role: '6' }] }],
    ['one reason is told with less', { because: [lock, { permission: 'wipe', role: '5', scope: '1' }] }],
    ['one reason is told with more', { because: [{ ...lock, through: '9' }, wipe] }],
    [
      'one reason is told with something else',
      { because: [{ permission: 'lock', role: '5', through: '1' }, wipe] },
    ],
    ['the reasons come in another order', { because: [wipe, lock] }],
  ])('when %s', (_, other) => {
    const before = standing('open', held);
    const same = { ...violation(), ...held };
    expect(events({ before, violation: same })).toEqual([]);
    expect(events({ before, violation: { ...same, ...other } })).toEqual(['reexplained open']);
  });
});

describe('a waiver by which nothing is waived', () => {
  it.each<[string, Standing[], Partial<Waiver>]>([
    ['there is no finding', [], {}],
    ['has grown', [standing('open')], {}],
    ['is not the fingerprint', [standing('open')], { accepts: '0123456789ab' }],
    ['accepted by another waiver', [waivedBy(waiver({ id: 'w2' }))], {}],
  ])('is told of: %s', (why, standings, more) => {
    expect(idleWaiver(waiver(more), standings, NOW)).toContain(why);
  });

  it('is not, where it waives something', () => {
    expect(idleWaiver(waiver(), [waivedBy(waiver())], NOW)).toBeNull();
    // one of several is enough
    expect(idleWaiver(waiver(), [standing('open'), waivedBy(waiver())], NOW)).toBeNull();
  });

  it('is told of as grown, where another one accepts but a part', () => {
    const both = [waivedBy(waiver({ id: 'w2' })), standing('open')];
    expect(idleWaiver(waiver(), both, NOW)).toContain('has grown');
  });

  it('has nothing to apply to in what is resolved', () => {
    expect(idleWaiver(waiver(), [standing('resolved')], NOW)).toContain('there is no finding');
  });

  it('is idle from when it has begun, and still to come before', () => {
    const from = (day: string) => idleWaiver(waiver({ from: new Date(day) }), [], NOW);
    expect(from('2026-05-01T00:00:00Z')).toContain('there is no finding');
    expect(from('2026-06-02T00:00:00Z')).toBeNull();
  });
});

describe('a waiver', () => {
  it('that is applied is kept with its dates as text', () => {
    const from = new Date('2026-05-01T00:00:00Z');
    expect(applied(waiver({ from }))).toMatchObject({
      from: '2026-05-01T00:00:00.000Z',
      until: '2026-07-01T00:00:00.000Z',
    });
    expect(applied(waiver()).from).toBeNull();
  });

  it('with another beginning is another waiver', () => {
    const { id: _, ...stated } = waiver();
    const begun = (day: string) => waiverId({ ...stated, from: new Date(day) });
    expect(new Set([waiverId(stated), begun('2026-05-01'), begun('2026-05-02')]).size).toBe(3);
  });

  it('in force is known by itself, in whatever order it stands', () => {
    const digest = (...ids: string[]) => waiversDigest(ids.map((id) => ({ id })));
    expect(digest('a', 'b')).toBe(digest('b', 'a'));
    expect(new Set([digest(), digest('a'), digest('b'), digest('a', 'b')]).size).toBe(4);
  });

  it('is not about a finding of another rule or subject', () => {
    const others = [
      { rule: 'q' },
      { subject: { kind: 'principal', id: '8' } },
      { subject: { kind: 'role', id: '7' } },
    ] as const;
    for (const other of others) {
      const found = violation('wipe');
      expect(events({ before: standing('open'), violation: found, waivers: [waiver(other)] })).toEqual([]);
    }
  });
});
