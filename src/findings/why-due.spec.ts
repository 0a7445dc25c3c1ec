import { type Situation, whyDue } from './why-due.js';

const IN_FORCE = { rulesetDigest: 'r', waiversDigest: 'w' };
const judged = { seq: 7, ...IN_FORCE, asOf: new Date('2026-06-01T00:00:01Z') };
const settled: Situation = { lastSeq: 7, waiting: false, judged, now: new Date('2026-06-01T23:59:59Z') };

describe('a source is judged again', () => {
  it.each<[string, Partial<Situation>, string | null]>([
    ['not while nothing has changed', {}, null],
    ['when it was never judged', { judged: null }, 'published'],
    ['when its latest snapshot was not', { lastSeq: 8 }, 'published'],
    ['when another ruleset is active', { judged: { ...judged, rulesetDigest: 'x' } }, 'activated'],
    ['when a waiver has begun or ended', { judged: { ...judged, waiversDigest: 'x' } }, 'waivers'],
    ['on another day', { now: new Date('2026-06-02T00:00:00Z') }, 'daily'],
    ['not before there is anything', { lastSeq: 0, judged: null }, null],
    ['not while it waits to be', { waiting: true, judged: null }, null],
  ])('%s', (_, changed, reason) => {
    expect(whyDue({ ...settled, ...changed }, IN_FORCE)).toBe(reason);
  });
});
