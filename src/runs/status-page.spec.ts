import { createHash } from 'node:crypto';
import { escapeHtml } from '../platform/html.js';
import { ageWords, STYLE_HASH, statusPage, type SourceReport } from './status-page.js';

const report: SourceReport = {
  status: {
    source: 'hq',
    kind: 'ivanti-epmm',
    lastSnapshot: { seq: 7, recordedAt: new Date('2026-06-01T10:00:00Z'), ageSeconds: 7_300 },
    judgement: { seq: 7, open: 3 },
    paused: null,
    reading: false,
    nextSlot: new Date('2026-06-01T13:00:00Z'),
    intervalSeconds: 3_600,
    troubles: [],
    coverage: { published: 160, failed: 2, missed: 6 },
  },
  observations: [],
  drift: '+ <script>alert("x")</script>',
};

describe('the status page', () => {
  it('shows what stands, and what changed', () => {
    const page = statusPage([report]);
    expect(page).toContain('7, recorded 2026-06-01T10:00:00.000Z (2 hours ago)');
    expect(page).toContain('<dt>findings</dt><dd>3 open');
    expect(page).toContain('160 published, 2 failed, 6 missed');
    expect(page).toContain('2026-06-01T13:00:00.000Z');
  });

  it('lets no text become markup, wherever it stands', () => {
    const hostile = '"><img src=x onerror=alert(1)>';
    const page = statusPage([
      {
        ...report,
        status: { ...report.status, source: hostile, paused: { since: new Date(0), why: hostile } },
      },
    ]);
    expect(page).not.toMatch(/<(img|script)/);
    expect(page).toContain('&lt;script&gt;');
    expect(page).toContain('&quot;&gt;&lt;img');
  });

  it('says how to go on with a paused source', () => {
    const paused = { since: new Date('2026-06-01T10:00:00Z'), why: 'the password was refused' };
    expect(statusPage([{ ...report, status: { ...report.status, paused } }])).toContain(
      'rolewatch resume hq',
    );
  });

  it('has the very style that its policy allows', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(statusPage([]))?.[1] ?? '';
    expect(`sha256-${createHash('sha256').update(style).digest('base64')}`).toBe(STYLE_HASH);
  });
});

describe('escapeHtml', () => {
  it('shows characters that reorder or hide text by their code, and keeps lines', () => {
    expect(escapeHtml('a\u202Eb\u0000c\n\td\u200B')).toBe('a\\u202eb\\u0000c\n\td\\u200b');
  });
});

describe('ageWords', () => {
  it.each([
    [-3, '0 seconds'],
    [119, '119 seconds'],
    [120, '2 minutes'],
    [7_199, '119 minutes'],
    [7_200, '2 hours'],
    [172_800, '2 days'],
  ])('says %d seconds as %s', (seconds, words) => {
    expect(ageWords(seconds)).toBe(words);
  });
});
