import fc from 'fast-check';
import type { Verdicts } from '../rules/verdicts.js';
import { fingerprintOf, identityKey, type Standing, stateAfter } from './finding.js';
import { type Judged, nextEvents } from './life.js';
import { applied, inForceAt, type PastMatch, type Waiver, waiverFor, waiverId } from './waiver.js';

const RULES = ['a', 'b'];
const SUBJECTS = ['1', '2'];
const RIGHTS = ['x', 'y', 'z'];
const EPOCH = Date.UTC(2026, 0, 1);
const day = (n: number): Date => new Date(EPOCH + n * 86_400_000);

const violations = fc.uniqueArray(
  fc.record({
    rule: fc.constantFrom(...RULES),
    subject: fc.constantFrom(...SUBJECTS).map((id) => ({ kind: 'principal' as const, id })),
    severity: fc.constantFrom('critical' as const, 'low' as const),
    matched: fc.subarray(RIGHTS, { minLength: 1 }),
  }),
  { selector: ({ rule, subject }) => rule + subject.id },
);
const judgements = fc.record({
  violations,
  rules: fc.subarray(RULES),
  mayResolve: fc.boolean(),
  watched: fc.boolean(),
  present: fc.subarray(SUBJECTS),
  // somebody acknowledges between two judgements
  seen: fc.boolean(),
});
const waivers = fc.array(
  fc
    .record({
      rule: fc.constantFrom(...RULES),
      subject: fc.constantFrom(...SUBJECTS).map((id) => ({ kind: 'principal' as const, id })),
      from: fc.option(fc.integer({ min: 0, max: 6 }).map(day)),
      until: fc.integer({ min: 1, max: 9 }).map(day),
      accepts: fc.option(fc.subarray(RIGHTS, { minLength: 1 }).map((all) => fingerprintOf(all).slice(0, 16))),
    })
    .map((stated): Waiver => {
      const whole = { ...stated, fields: {}, reason: 'r', approver: 'p' };
      return { id: waiverId(whole), ...whole };
    }),
  { maxLength: 4 },
);

/** A store of events as simple as can be. */
class Lives {
  readonly standings = new Map<string, Standing>();
  readonly past: PastMatch[] = [];

  judge(judged: Judged, by: readonly Waiver[], asOf: Date): string[] {
    const events = nextEvents([...this.standings.values()], this.past, judged, by, asOf);
    return events.map(({ finding, kind, state, match, waiver }) => {
      const key = identityKey(finding);
      const before = this.standings.get(key);
      expect(stateAfter(before?.state, kind)).toBe(state);
      expect(waiver !== null).toBe(state === 'waived');
      const [id, no] = [before?.id ?? this.standings.size + 1, (before?.no ?? 0) + 1];
      const { rule, subject, fields } = finding;
      const kept = waiver === null ? null : applied(waiver);
      this.standings.set(key, { id, no, rule, subject, fields, state, waiver: kept, ...match });
      const fingerprint = fingerprintOf(match.matched);
      this.past.push({
        ...{ finding: id, severity: match.severity, matched: match.matched, fingerprint },
        waiver: kind === 'waived' ? (waiver?.id ?? null) : null,
      });
      return `${kind} ${key}`;
    });
  }

  acknowledgeAll(): void {
    for (const [key, one] of this.standings)
      if (stateAfter(one.state, 'acknowledged') !== null)
        this.standings.set(key, { ...one, no: one.no + 1, state: 'acknowledged' });
  }
}

describe('the lives of findings', () => {
  it('are legal, say what the verdicts say, and stand still when nothing changes', () => {
    fc.assert(
      fc.property(fc.array(judgements, { maxLength: 8 }), waivers, (history, by) => {
        const lives = new Lives();
        history.forEach(({ violations: found, rules, mayResolve, watched, present, seen }, n) => {
          const judgedRules = new Set([...rules, ...found.map(({ rule }) => rule)]);
          const verdicts: Verdicts = {
            violations: watched
              ? found.map((one) => ({ ...one, fields: {}, message: 'm', because: [] }))
              : [],
            assessments: watched
              ? [...judgedRules].map((rule) => ({
                  rule,
                  judged: 1,
                  violated: 0,
                  unassessable: 0,
                  mayResolve,
                }))
              : [],
          };
          const judged: Judged = { verdicts, watched, shows: ({ id }) => present.includes(id) };
          const asOf = day(n);
          const before = new Map(lives.standings);
          lives.judge(judged, by, asOf);

          const violated = new Set(verdicts.violations.map((one) => identityKey(one)));
          for (const [key, one] of lives.standings) {
            // in breach is unresolved; unresolved is in breach, or nothing may be said
            if (violated.has(key)) expect(one.state).not.toBe('resolved');
            const mayEnd = !watched || mayResolve || !judgedRules.has(one.rule);
            if (!violated.has(key) && mayEnd) expect(one.state).toBe('resolved');
            if (!violated.has(key) && !mayEnd && before.has(key))
              expect(one.state === 'resolved').toBe(before.get(key)?.state === 'resolved');
            // one function decides "waived?", whichever way it came there
            const ofOne = lives.past.filter(({ finding }) => finding === one.id);
            const covered = waiverFor(one, one, ofOne, inForceAt(by, asOf));
            if (one.state !== 'resolved') expect(one.waiver?.id).toBe(covered?.id);
          }
          expect(lives.judge(judged, by, asOf)).toEqual([]);
          if (seen) lives.acknowledgeAll();
        });
      }),
      { numRuns: 300 },
    );
  });

  it('do not depend on the order of findings or verdicts', () => {
    fc.assert(
      fc.property(violations, violations, waivers, (first, second, by) => {
        const judged = (found: typeof first): Judged => ({
          verdicts: {
            violations: found.map((one) => ({ ...one, fields: {}, message: 'm', because: [] })),
            assessments: RULES.map((rule) => ({
              rule,
              judged: 1,
              violated: 0,
              unassessable: 0,
              mayResolve: true,
            })),
          },
          watched: true,
          shows: () => true,
        });
        const [one, other] = [new Lives(), new Lives()];
        expect(other.judge(judged([...first].reverse()), by, day(2))).toEqual(
          one.judge(judged(first), by, day(2)),
        );
        expect(other.judge(judged([...second].reverse()), by, day(5))).toEqual(
          one.judge(judged(second), by, day(5)),
        );
      }),
    );
  });
});
