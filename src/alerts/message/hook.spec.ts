import type { AlertView } from '../alert-view.js';
import { allQuietOf } from '../all-quiet.js';
import { allQuietJson, digestJson, escalationJson, hookBody } from './hook.js';
import { acknowledging, inWords, messageOf, type Told } from './message.js';

const paused: AlertView = { id: '2.1', kind: 'source-paused', severity: 'high', why: '401' };
const told: Told = {
  source: 'hq',
  snapshot: { seq: 2, recordedAt: new Date('2026-03-01T10:02:30Z'), digest: '5f0c' },
  alerts: [paused],
};
const message = messageOf(told);
const { severity, headline } = message;
const about = {
  snapshot: { seq: 2, recordedAt: '2026-03-01T10:02:30.000Z', digest: '5f0c' },
  alerts: [paused],
};
const read = (text: string): unknown => JSON.parse(text);

describe('what is posted to a hook', () => {
  it('of one run says of which source, and as of which snapshot', () => {
    expect(read(hookBody('7', told, message))).toEqual({
      ...{ type: 'rolewatch.alerts', version: 1, id: '7', source: 'hq', severity, headline },
      ...about,
    });
    expect(read(hookBody('7', { ...told, snapshot: null }, message))).toMatchObject({ snapshot: null });
  });

  it('of a digest says so of each of its parts', () => {
    expect(read(digestJson('7', [told, { ...told, source: 'branch' }], message))).toEqual({
      ...{ type: 'rolewatch.digest', version: 1, id: '7', severity, headline },
      parts: [
        { source: 'hq', ...about },
        { source: 'branch', ...about },
      ],
    });
  });

  it('of what nobody acknowledged says how far it has gone', () => {
    expect(read(escalationJson('7', told, { step: 2, minutes: 90 }, message))).toEqual({
      ...{ type: 'rolewatch.escalation', version: 1, id: '7', source: 'hq', severity, headline },
      ...{ step: 2, minutes: 90, ...about },
    });
  });

  it('of very many alerts tells the worst, and how many it leaves out', () => {
    const many = Array.from({ length: 3_000 }, (_, i): AlertView => {
      return { ...paused, id: `2.${String(i + 1)}`, severity: i < 2_500 ? 'medium' : 'high' };
    });
    const body = read(hookBody('7', { ...told, alerts: many }, message)) as {
      alerts: AlertView[];
      alertsLeft: number;
    };
    expect(body.alertsLeft).toBe(2_000);
    expect(body.alerts.map(({ id }) => id)).toEqual(
      [...many.slice(2_500), ...many.slice(0, 500)].map(({ id }) => id),
    );
  });

  it('of a quiet day says what was looked at', () => {
    const quiet = allQuietOf({
      since: new Date('2026-03-01T07:00:00Z'),
      until: new Date('2026-03-02T07:00:00Z'),
      sources: [],
      messages: { sent: 3, waiting: 0, stuck: 0, dead: 0, troubles: [], untold: 0 },
    });
    expect(read(allQuietJson('7', quiet, message))).toEqual({
      ...{ type: 'rolewatch.all-quiet', version: 1, id: '7', severity, headline },
      ...(read(JSON.stringify(quiet)) as object),
    });
  });
});

describe('a message that goes further', () => {
  it('says when, and how to keep it from doing so', () => {
    const command = 'rolewatch alerts acknowledge 2.1,2.3 --source hq --reason REASON';
    expect(acknowledging('hq', ['2.1', '2.3'])).toBe(command);
    expect(messageOf({ ...told, further: { ids: ['2.1', '2.3'], minutes: 120 } }).footer[0]).toBe(
      `Tell others that you are on it, or this goes further 2 hours after it was written: ${command}`,
    );
    expect(message.footer[0]).not.toContain('goes further');
  });

  it('stays short however many alerts go further, and says what it leaves out', () => {
    const ids = Array.from({ length: 30_000 }, (_, i) => `2.${String(i + 1)}`);
    expect(acknowledging('hq', ids)).toBe(
      'rolewatch alerts acknowledge 2.1-2.30000 --source hq --reason REASON',
    );
    const odd = acknowledging(
      'hq',
      ids.filter((_, i) => i % 2 === 0),
    );
    expect(odd).toContain(' --reason REASON # and 14950 more');
    expect(odd.length).toBeLessThan(600);
  });

  it.each([
    [1, '1 minute'],
    [45, '45 minutes'],
    [60, '1 hour'],
    [90, '90 minutes'],
    [240, '4 hours'],
  ])('after %d minutes: %s', (minutes, words) => {
    expect(inWords(minutes)).toBe(words);
  });
});
