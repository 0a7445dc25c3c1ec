import type { DriftReport, ReportedChange } from '../../drift/report.js';
import type { AccessRow } from '../../snapshots/access-rows.js';
import { plain } from './report-markdown.js';
import { type ReportFacts, reportModel } from './report-model.js';
import { reportIn } from './report.js';

const HOSTILE = '<img src=x onerror=alert(1)> [link](http://evil)\n# heading \u202Egpj';
const at = new Date('2026-03-01T10:00:00Z');
const snapshot = (seq: number) => ({ seq, recordedAt: at, digest: 'd'.repeat(64) });
const window = { seenAt: at, statedBy: ['rolewatch'] };

function granted(name: string, role: string): ReportedChange {
  return {
    ids: ['2.1'],
    what: 'role-granted',
    subject: { kind: 'local-admin', key: name, name },
    scope: { key: '1', name: 'Global' },
    role: { id: role, name: role === '7' ? 'Wipe device' : 'View' },
    effective: { gained: ['Wipe device'], lost: [] },
    cause: 'assignment',
    window,
  };
}

function drift(changes: readonly ReportedChange[]): DriftReport {
  return { source: 'hq', product: 'ivanti-epmm', from: snapshot(1), to: snapshot(2), changes };
}

const right = (key: string, name: string): AccessRow => ({
  principal: { kind: 'local-admin', key, name: key },
  permission: name,
  tier: 'low',
  role: { id: name, name, tier: 'low' },
  scope: { key: '1', name: 'Global' },
  path: 'direct',
  statedIn: [],
});

function facts(more: Partial<ReportFacts> = {}): ReportFacts {
  return {
    drift: drift([granted('bob', '2'), granted('eve', '7')]),
    tierOf: ({ role }) => (role?.id === '7' ? 'critical' : 'low'),
    before: [right('bob', 'View'), right('eve', 'View')],
    after: [right('bob', 'View'), right('eve', 'View'), right('eve', 'Wipe device')],
    observations: [],
    slots: [],
    opened: [],
    closed: [],
    notVisible: 'Not visible: members of groups.',
    simulated: false,
    ...more,
  };
}

describe('a drift report', () => {
  it('puts the worst first, and low risk not at all, under what needs attention', () => {
    const { attention, subjects } = reportModel(facts());
    expect(attention.map(({ title }) => title)).toEqual(['eve, local admin']);
    expect(subjects.map(({ title }) => title)).toEqual(['eve, local admin', 'bob, local admin']);
  });

  it('says what somebody could do before and after, where that changed', () => {
    const [eve, bob] = reportModel(facts()).subjects;
    expect(eve?.rights).toEqual({ before: ['View: Global'], after: ['View: Global', 'Wipe device: Global'] });
    expect(bob?.rights).toBeUndefined();
  });

  it('never passes over what is held, unread or missed', () => {
    const list = { stream: 'users', rows: 1, pages: 1, reads: 2, statedBy: 'rolewatch', unconfirmed: 0 };
    const { attention, doubts, coverage } = reportModel(
      facts({
        drift: drift([]),
        observations: [
          { ...list, verdict: 'complete', held: 7, why: '7 of 9 would close' },
          { ...list, stream: 'roles', scope: '1', verdict: 'denied', held: 0, why: '403' },
        ],
        slots: [
          {
            source: 'hq',
            dueAt: '2026-03-01T09:00:00.000Z',
            trigger: 'schedule',
            state: 'missed',
            why: 'down',
          },
        ],
      }),
    );
    expect(doubts).toEqual([
      expect.stringContaining('rolewatch accept-shrink hq --stream users --scope all --expect 7'),
      expect.stringMatching(/roles of 1: denied, 403.*unknown, not gone/),
    ]);
    expect(coverage).toMatchObject({ missed: 1, gaps: [expect.stringContaining('missed: down')] });
    expect(attention).toHaveLength(3);
  });

  it('says once what several findings say alike, after everything else', () => {
    const finding = { severity: 'medium', title: 'No local admins', text: 'resolved' } as const;
    const closed = ['bob', 'eve'].map((subject) => ({ ...finding, subject }));
    expect(reportModel(facts({ closed })).closed).toEqual([{ ...finding, subject: 'bob, eve' }]);
    const text = reportIn('md', facts({ closed }));
    expect(text.indexOf('## Findings closed')).toBeGreaterThan(text.indexOf('## Coverage'));
  });

  it.each([
    ['html', HOSTILE, /<img|\u202E/],
    ['md', HOSTILE, /[^\\](<img|\[link)|\u202E|^# heading/m],
    ['csv', '=HYPERLINK("http://evil")', /(^|[,\n"])=/m],
  ])('is safe as %s with a hostile name', (format, name, harmful) => {
    expect(reportIn(format, facts({ drift: drift([granted(name, '7')]) }))).not.toMatch(harmful);
  });

  it('is one file that loads nothing', () => {
    const html = reportIn('html', facts());
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
    expect(html).toContain("default-src 'none'");
  });
});

describe('plain', () => {
  it('leaves nothing that Markdown would take for more than text', () => {
    expect(plain('a*b_[c](d)<e>|f`g`\n- h')).toBe('a\\*b\\_\\[c\\](d)\\<e\\>\\|f\\`g\\`\\\\u000a- h');
  });
});
