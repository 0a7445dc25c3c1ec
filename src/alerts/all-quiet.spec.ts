import { allQuietOf, type Gap, type QuietFacts, type QuietSource } from './all-quiet.js';
import { allQuietMessage } from './message/all-quiet-message.js';
import { renderMail } from './message/mail.js';

const none = { critical: 0, high: 0, medium: 0, low: 0 };
const at = (hour: number) => new Date(Date.UTC(2026, 2, 2, hour));
const source = (changed: Partial<QuietSource> = {}): QuietSource => ({
  ...{ source: 'hq', snapshot: { seq: 9, recordedAt: at(6), fresh: true }, paused: null, lastFailure: null },
  ...{ slots: { published: 24, failed: 0, missed: 0 }, doubts: [], judgedSeq: 9, gaps: [] },
  ...{ findings: none, alerts: none, ...changed },
});
const gap = (changed: Partial<Gap> = {}): Gap => ({
  ...{ kind: 'rule', name: 'few-can-wipe', why: 'users in 1: denied', since: at(-24) },
  ...changed,
});
const facts = (sources: QuietSource[], messages: Partial<QuietFacts['messages']> = {}): QuietFacts => ({
  ...{ since: at(0), until: at(7), sources },
  messages: { sent: 0, waiting: 0, stuck: 0, dead: 0, troubles: [], untold: 0, ...messages },
});
const subject = (...args: Parameters<typeof facts>) =>
  renderMail(allQuietMessage(allQuietOf(facts(...args)))).subject;
const old = { seq: 9, recordedAt: at(0), fresh: false };

describe('the daily word', () => {
  it('is that all is quiet where everything is known and nothing was worth telling', () => {
    expect(subject([source(), source({ source: 'branch' })])).toBe(
      '[Rolewatch] all quiet: 2 sources read, nothing to tell',
    );
    expect(subject([source({ findings: { ...none, high: 3 } })])).toBe(
      '[Rolewatch] all quiet: 1 source read, nothing to tell; 3 findings open',
    );
  });

  it.each<[string, QuietSource[], Partial<QuietFacts['messages']>, string]>([
    [
      'a paused source',
      [source({ paused: { since: at(1), why: '401' } }), source({ source: 'b' })],
      {},
      '1 of 2 sources silent: hq',
    ],
    [
      'one that was never read',
      [source({ snapshot: null, judgedSeq: null })],
      {},
      '1 of 1 source silent: hq',
    ],
    [
      'one that failed',
      [source({ snapshot: old, slots: { published: 0, failed: 2, missed: 0 } })],
      {},
      '1 of 1 source silent: hq',
    ],
    [
      'one that nobody read',
      [source({ snapshot: old, slots: { published: 0, failed: 0, missed: 2 } })],
      {},
      '1 of 1 source silent: hq',
    ],
    [
      'one that was not due',
      [source({ snapshot: old, slots: { published: 0, failed: 0, missed: 0 } })],
      {},
      '1 of 1 source not read: hq',
    ],
    [
      'a list that is held',
      [source({ doubts: ['users in 1: 7 held back'] })],
      {},
      '1 of 1 source not known in full: hq',
    ],
    ['a snapshot that is not judged', [source({ judgedSeq: 8 })], {}, '1 of 1 source not known in full: hq'],
    [
      'a rule that could not be assessed since the last word',
      [source({ gaps: [gap({ since: at(3) })] })],
      {},
      '1 of 1 source not known in full: hq',
    ],
    [
      'a slot that brought nothing',
      [source({ slots: { published: 23, failed: 1, missed: 0 } })],
      {},
      '1 of 1 source not known in full: hq',
    ],
    ['a message that is stuck', [source()], { stuck: 1 }, '1 message not delivered'],
    ['a message that was given up', [source()], { dead: 2 }, '2 messages not delivered'],
    ['an alert', [source({ alerts: { ...none, low: 1 } })], {}, '1 alert'],
    [
      'an alert that nobody was told of',
      [source({ alerts: { ...none, low: 1 } })],
      { untold: 1 },
      '1 alert; 1 told to nobody',
    ],
    ['no source at all', [], {}, 'no source is configured: nothing is watched'],
  ])('is not that with %s', (_, sources, messages, said) => {
    expect(allQuietOf(facts(sources, messages)).quiet).toBe(false);
    expect(subject(sources, messages)).toBe(`[Rolewatch] ${said}`);
    expect(subject(sources, messages)).not.toContain('quiet');
  });

  it('is that all is quiet but for what was not known the last time, with how much, since when and why', () => {
    const known = [gap(), gap({ name: 'nobody-locks', since: at(-48) })];
    expect(subject([source({ gaps: known }), source({ source: 'branch' })])).toBe(
      '[Rolewatch] all quiet, except that 2 rules could not be assessed since 2026-02-28 (users in 1: denied); 2 sources read',
    );
    const more = [...known, gap({ kind: 'list', name: 'ldap', why: 'denied' })];
    expect(subject([source({ gaps: more, findings: { ...none, low: 1 } })])).toBe(
      '[Rolewatch] all quiet, except that 2 rules could not be assessed and 1 list is not shown since 2026-02-28 (for 2 reasons); 1 source read; 1 finding open',
    );
    const word = allQuietOf(facts([source({ gaps: more })]));
    expect([word.quiet, word.excepted]).toEqual([false, true]);
    const text = renderMail(allQuietMessage(word)).text.replace(/\s+/g, ' ');
    expect(text).toContain(
      'Rule few-can-wipe could not be assessed in full since 2026-03-01: users in 1: denied',
    );
    expect(text).toContain('The list ldap is not shown since 2026-03-01: denied');
    expect(text).toContain('rolewatch check hq');
  });

  it('names what is not known, and is not quiet, as soon as anything else is there', () => {
    const one = (changed: Partial<QuietSource>) => {
      const word = allQuietOf(facts([source({ gaps: [gap()], ...changed })]));
      return [word.quiet || word.excepted, renderMail(allQuietMessage(word)).text.includes('few-can-wipe')];
    };
    expect(one({})).toEqual([true, true]);
    expect(one({ gaps: [gap(), gap({ name: 'x', since: at(1) })] })).toEqual([false, true]);
    expect(one({ alerts: { ...none, low: 1 } })).toEqual([false, true]);
    expect(one({ doubts: ['users in 1: 7 held back'] })).toEqual([false, true]);
    expect(one({ judgedSeq: 8 })).toEqual([false, true]);
    expect(one({ paused: { since: at(1), why: '401' } })).toEqual([false, true]);
    expect(allQuietOf(facts([source({ gaps: [gap()] })], { dead: 1 })).excepted).toBe(false);
  });

  it('tells of each source, the worst first', () => {
    const quiet = allQuietOf(
      facts([source(), source({ source: 'branch', paused: { since: at(1), why: 'refused: 401' } })]),
    );
    const { text } = renderMail(allQuietMessage(quiet));
    expect(text.indexOf('[SILENT] branch')).toBeGreaterThan(0);
    expect(text.indexOf('[SILENT] branch')).toBeLessThan(text.indexOf('[QUIET] hq'));
    expect(text).toContain('paused: refused: 401');
    expect(text).toContain('rolewatch resume branch');
    expect(text).toContain('Last accepted snapshot: 9, 2026-03-02 06:00 UTC');
  });
});
