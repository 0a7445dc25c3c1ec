import fc from 'fast-check';
import { ALERT_KINDS, SEVERITIES } from '../alert.js';
import type { AlertView } from '../alert-view.js';
import { headline } from './alert-words.js';
import { hookBody, signatureOf } from './hook.js';
import { renderMail } from './mail.js';
import { messageOf, type Told } from './message.js';
import { html, safeText, shellWord } from './safe-text.js';

const snapshot = { seq: 2, recordedAt: new Date('2026-03-01T10:02:30Z'), digest: '5f0c'.repeat(16) };
const window = {
  notSeenAt: '2026-03-01T09:00:00.000Z',
  seenAt: '2026-03-01T10:02:11.000Z',
  statedBy: ['rolewatch'],
};
const gained: AlertView = {
  ...{ id: '2.1', kind: 'right-gained', severity: 'critical', window },
  subject: { kind: 'local-admin', key: 'night.shift', name: 'Night shift' },
  gains: [
    {
      ...{ what: 'role-granted', cause: 'assignment', tier: 'critical' },
      role: { id: '1', name: 'Manage administrators' },
      scope: { key: '1', name: 'Global' },
      gained: ['Manage administrators'],
    },
  ],
};
const told = (...alerts: AlertView[]): Told => ({ source: 'hq', snapshot, alerts });
const mail = (...alerts: AlertView[]) => renderMail(messageOf(told(...alerts)));

describe('a mail', () => {
  it('says in its subject who gained what where', () => {
    expect(mail(gained).subject).toBe(
      '[Rolewatch] critical: night.shift gained Manage administrators in Global (hq)',
    );
  });

  it('says of a latent right that it has no effect today', () => {
    const gains: AlertView['gains'] = [
      {
        ...{ what: 'permission-gained', cause: 'assignment', tier: 'critical', permission: 'wipe' },
        ...{ scope: { key: 'field' }, gained: [], latent: ['wipe'] },
      },
    ];
    const { text } = mail({ ...gained, gains });
    expect(text.replace(/\s+/g, ' ')).toContain('without effect today: wipe');
    expect(text).not.toContain('held already');
  });

  it('calls rights without a role, and scopes without a name, what their product calls them', () => {
    const token: AlertView = {
      ...gained,
      subject: { kind: 'access-token', key: 'tok-ci' },
      gains: [
        {
          ...{ what: 'level-raised', cause: 'assignment', tier: 'high', permission: 'devices.view' },
          ...{ scope: { key: 'field', word: 'team' }, gained: ['devices.view'] },
        },
      ],
    };
    expect(mail(token).subject).toBe('[Rolewatch] critical: tok-ci gained devices.view in team field (hq)');
    const holders: AlertView['holders'] = [
      {
        principal: { key: 'tok-ci' },
        permission: 'groups.delete',
        scope: { key: '3', word: 'space' },
        tier: 'high',
      },
    ];
    expect(mail({ ...gained, kind: 'first-read', holders }).text).toContain(
      '[high] tok-ci in space 3: groups.delete',
    );
  });

  it('says in both parts who, what, why, when, and what to do', () => {
    const { text, html: page } = mail(gained);
    for (const part of [
      'Night shift (night.shift), local admin',
      '[critical] Manage administrators in Global, assigned',
      'on 2026-03-01 between 09:00:00 and 10:02:11 UTC',
      'snapshot 2 of 2026-03-01 10:02 UTC',
    ]) {
      expect(text.replace(/\s+/g, ' ')).toContain(part);
      expect(page).toContain(part);
    }
    expect(text).toContain('      rolewatch drift hq --from 1 --to 2\n');
    expect(text.replace(/\s+/g, ' ')).toContain(snapshot.digest);
  });

  it('puts the worst first and counts the rest', () => {
    const held: AlertView = {
      id: '2.2',
      kind: 'list-held',
      severity: 'critical',
      stream: 'users',
      count: 7,
      why: 'x',
    };
    const lesser: AlertView = {
      ...gained,
      id: '2.3',
      severity: 'high',
      subject: { kind: 'member', key: 'zed' },
    };
    const { subject, text } = mail(lesser, held, gained);
    expect(subject).toBe('[Rolewatch] critical: 7 losses held in users; 2 more alerts (hq)');
    expect(text.indexOf('zed')).toBeGreaterThan(text.indexOf('night.shift'));
    expect(text).toContain('rolewatch accept-shrink hq --stream users --scope - --expect 7 --reason REASON');
  });

  it('tells the findings of one rule as one thing', () => {
    const finding = (i: number): AlertView => ({
      ...{ id: `2.${i}`, kind: 'finding-opened', severity: 'medium' },
      finding: {
        ...{
          id: String(i),
          rule: 'epmm-x',
          title: 'No single session',
          message: 'may have two',
          because: [],
        },
        subject: { kind: 'principal', key: `p${i}` },
      },
    });
    const { subject, text } = mail(...Array.from({ length: 30 }, (_, i) => finding(i)));
    expect(subject).toBe('[Rolewatch] medium: No single session: 30 findings (hq)');
    expect(text).toContain('p0: may have two');
    expect(text).toContain('and 20 more');
  });

  it('says who holds what a finding about a population is made of', () => {
    const because = [
      {
        principal: { key: 'ann' },
        permission: 'Wipe device',
        role: { id: '7' },
        scope: { key: '1', name: 'Global' },
      },
      { note: '4 people where at most 3 should be' },
    ];
    const finding = {
      ...{
        id: '1',
        rule: 'epmm-x',
        title: 'Few people can wipe',
        message: 'Few people can wipe: 4.',
        because,
      },
      subject: { kind: 'source', key: 'hq' } as const,
    };
    const { text } = mail({ id: '2.1', kind: 'finding-opened', severity: 'high', finding });
    expect(text).toContain('ann: Wipe device from role 7 in Global');
  });

  describe('of findings by many rules', () => {
    const finding = (i: number, severity: AlertView['severity'] = 'high'): AlertView => ({
      ...{ id: `1.${i + 2}`, kind: 'finding-opened', severity },
      finding: {
        ...{ id: String(i), rule: `epmm-${i}`, title: `Rule ${i}`, message: 'm', because: [] },
        subject: { kind: 'principal', key: `p${i}` },
      },
    });
    const firstRead: AlertView = { id: '1.1', kind: 'first-read', severity: 'critical', holders: [] };
    const cards = (...alerts: AlertView[]) => messageOf(told(...alerts)).cards;

    it('is one summary with the worst at a first read', () => {
      const all = [firstRead, ...Array.from({ length: 12 }, (_, i) => finding(i)), finding(20, 'critical')];
      expect(mail(...all).subject).toBe(
        '[Rolewatch] critical: read for the first time: 0 holders of high-risk rights; 13 findings (hq)',
      );
      const [, summary, ...rest] = cards(...all);
      expect(rest).toEqual([]);
      expect(summary).toMatchObject({
        severity: 'critical',
        title: '13 findings opened at the first judging, the worst: p20: Rule 20',
        step: { command: 'rolewatch check hq' },
      });
      expect(summary?.lines[0]).toBe('[critical] p20: Rule 20');
      expect(summary?.lines.at(-1)).toBe('and findings of 3 more rules');
      expect(summary?.ids).toHaveLength(13);
    });

    it('is one summary beside what is told by itself where rules are many', () => {
      const many = Array.from({ length: 9 }, (_, i) => finding(i));
      expect(cards(gained, ...many.slice(1))).toHaveLength(9);
      expect(cards(gained, ...many).map(({ title }) => title)).toEqual([
        'night.shift gained Manage administrators in Global',
        '9 findings opened at once, the worst: p0: Rule 0',
      ]);
    });
  });

  it('stays small and says how to see the rest', () => {
    const many = Array.from({ length: 400 }, (_, i): AlertView => ({ ...gained, id: `2.${i}` }));
    const { text, html: page } = mail(...many);
    expect(page.length).toBeLessThan(100_000);
    expect(text).toContain('And 375 more:');
  });

  it('loads nothing and runs nothing', () => {
    const page = mail(gained).html;
    expect(page).not.toMatch(/<(script|img|link|iframe|object|form|a)\b|\b(src|href|on\w+)=|url\(|@import/i);
    expect(page).toContain('<meta name="color-scheme" content="light dark">');
  });

  it.each(ALERT_KINDS)('has words for %s, also where nothing is known of it', (kind) => {
    const { subject, text } = mail({ id: '2.1', kind, severity: 'high' });
    expect(subject).toMatch(/^\[Rolewatch\] high: \S.* \(hq\)$/);
    expect(`${subject}${text}`).not.toMatch(/undefined|null|NaN|\[object/);
  });
});

const HOSTILE = [
  'evil\r\nBcc: victim@example.com',
  '\u202egpj.exe',
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  'a\u0000b\u001b[2J',
  '\ud800 lone',
  '\u{e0041}\u{e0042} tags',
  'https://evil.example/login www.evil.example',
  'Z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301a',
  'x'.repeat(1_000_000),
  '=?utf-8?B?ZXZpbA==?=',
  `'; rm -rf ~; '`,
  '--config=/etc/passwd',
];

describe('hostile names', () => {
  const named = (name: string): AlertView => ({
    ...gained,
    subject: { kind: 'local-admin', key: name, name: `${name}!` },
    gains: [{ ...gained.gains![0]!, role: { id: name, name }, scope: { key: name, name }, gained: [name] }],
    people: [{ key: name }],
    role: { id: name },
    stream: name,
    why: name,
    scopes: [{ key: name }],
  });

  it('cannot leave their place: in any field, of any kind', () => {
    const texts = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom(...ALERT_KINDS),
        fc.constantFrom(...SEVERITIES),
        (name, kind, severity) => {
          const { subject, text, html: page } = mail({ ...named(name), kind, severity });
          expect(subject).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(subject.length).toBeLessThan(400);
          expect(subject.endsWith(' (hq)')).toBe(true);
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(page).not.toMatch(/<(script|img|iframe|a)\b/i);
          expect(page.replace(/\n/g, '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(text + page).not.toMatch(/https?:\/\//);
          expect(text.length + page.length).toBeLessThan(40_000);
        },
      ),
    );
  });

  it('are shown composed and visible', () => {
    expect(safeText('Jose\u0301')).toBe('Jos\u00e9');
    expect(safeText('a\u202eb\u{e0041}')).toBe('a\\u202eb\\u{e0041}');
    expect(safeText('a\r\n\tb')).toBe('a b');
    expect(safeText('😀'.repeat(100), 10)).toBe(`${'😀'.repeat(9)}…`);
    expect(headline(named('evil\r\nBcc: x'))).toContain('evil Bcc: x');
    expect(html(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  });

  it('are one word of a command line', () => {
    expect(shellWord('7')).toBe('7');
    expect(shellWord("it's; rm -rf ~")).toBe(`'it'\\''s; rm -rf ~'`);
    expect(shellWord('$(id)')).toBe(`'$(id)'`);
  });
});

describe('the body of a hook', () => {
  it('carries the alerts with their names, and the same id for every attempt', () => {
    const all = told(gained);
    expect(JSON.parse(hookBody('<id@x>', all, messageOf(all)))).toMatchObject({
      ...{ type: 'rolewatch.alerts', version: 1, id: '<id@x>', source: 'hq', severity: 'critical' },
      snapshot: { seq: 2, digest: snapshot.digest },
      alerts: [{ id: '2.1', subject: { key: 'night.shift' } }],
    });
  });

  it('is signed over time and body', () => {
    // RFC 2104, by another implementation: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
    expect(signatureOf('secret', 1_700_000_000, '{}')).toBe(`v1=${KNOWN}`);
    expect(signatureOf('secret', 1_700_000_001, '{}')).not.toBe(`v1=${KNOWN}`);
    expect(signatureOf('other', 1_700_000_000, '{}')).not.toBe(`v1=${KNOWN}`);
  });
});

const KNOWN = 'b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163';
