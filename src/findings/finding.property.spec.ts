import fc from 'fast-check';
import {
  compareSeverities,
  EVENT_KINDS,
  FINDING_STATES,
  type FindingIdentity,
  type FindingState,
  fingerprintOf,
  identityKey,
  isOpen,
  type Match,
  outgrows,
  SEVERITIES,
  type Standing,
  stateAfter,
} from './finding.js';
import {
  acceptedBy,
  applied,
  idleWaiver,
  inForceAt,
  isAbout,
  type PastMatch,
  type Waiver,
  waiverFor,
  waiverId,
  waiversDigest,
} from './waiver.js';
import { type Situation, whyDue } from './why-due.js';

const RIGHTS = ['x', 'y', 'z'];
const EPOCH = Date.UTC(2026, 0, 1);
const day = (n: number): Date => new Date(EPOCH + n * 86_400_000);
const severities = fc.constantFrom(...SEVERITIES);
const matches: fc.Arbitrary<Match> = fc
  .record({ severity: severities, matched: fc.subarray(RIGHTS, { minLength: 1 }) })
  .map((one) => ({ ...one, message: 'm', because: [] }));
const subjects = fc.record({
  kind: fc.constantFrom('principal' as const, 'role' as const),
  id: fc.constantFrom('1', '2'),
});
const fields = fc.dictionary(fc.constantFrom('scope', 'role'), fc.constantFrom('1', '2'));
const identities: fc.Arbitrary<FindingIdentity> = fc.record({
  rule: fc.constantFrom('a', 'b'),
  subject: subjects,
  fields,
});
const waivers: fc.Arbitrary<Waiver> = fc
  .record({
    rule: fc.constantFrom('a', 'b'),
    subject: subjects,
    fields,
    from: fc.option(fc.integer({ min: 0, max: 6 }).map(day)),
    until: fc.integer({ min: 1, max: 9 }).map(day),
    accepts: fc.option(fc.subarray(RIGHTS, { minLength: 1 }).map((all) => fingerprintOf(all).slice(0, 16))),
    reason: fc.constant('r'),
    approver: fc.constant('p'),
  })
  .map((stated) => ({ id: waiverId(stated), ...stated }));
const moments = fc.nat(10).map(day);
const anyState = fc.constantFrom<FindingState | undefined>(undefined, ...FINDING_STATES);

describe('laws of a finding', () => {
  it('begins by being opened and no other way, and is opened once', () => {
    fc.assert(
      fc.property(anyState, fc.constantFrom(...EVENT_KINDS), (before, kind) => {
        const after = stateAfter(before, kind);
        if (before === undefined) expect(after).toBe(kind === 'opened' ? 'open' : null);
        else if (kind === 'opened') expect(after).toBeNull();
      }),
    );
  });

  it('what is resolved can only be reopened, and only what is seen, accepted or mended can be', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FINDING_STATES), fc.constantFrom(...EVENT_KINDS), (before, kind) => {
        const after = stateAfter(before, kind);
        if (before === 'resolved') expect(after).toBe(kind === 'reopened' ? 'reopened' : null);
        if (kind === 'reopened') expect(after === null).toBe(before === 'open' || before === 'reopened');
        if (kind === 'acknowledged') expect(after === null).toBe(!['open', 'reopened'].includes(before));
        if (kind === 'reexplained') expect(after).toBe(before === 'resolved' ? null : before);
        if (kind === 'waived' || kind === 'resolved') expect(after).toBe(before === 'resolved' ? null : kind);
      }),
    );
  });

  it('replaying its events gives its state, and every state reached is a state', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENT_KINDS), { maxLength: 12 }), (kinds) => {
        let state: FindingState | undefined;
        const legal = kinds.filter((kind) => {
          const next = stateAfter(state, kind);
          if (next !== null) state = next;
          return next !== null;
        });
        const replayed = legal.reduce<FindingState | undefined>(
          (at, kind) => stateAfter(at, kind) ?? undefined,
          undefined,
        );
        expect(replayed).toBe(state);
        if (state !== undefined)
          expect(isOpen(state)).toBe(['open', 'reopened', 'acknowledged'].includes(state));
      }),
    );
  });

  it('is one for one rule, subject and fields, in whatever order the fields are', () => {
    fc.assert(
      fc.property(identities, identities, (a, b) => {
        const turned = { ...a, fields: Object.fromEntries(Object.entries(a.fields).reverse()) };
        expect(identityKey(turned)).toBe(identityKey(a));
        const same =
          a.rule === b.rule &&
          a.subject.kind === b.subject.kind &&
          a.subject.id === b.subject.id &&
          a.fields['scope'] === b.fields['scope'] &&
          a.fields['role'] === b.fields['role'];
        expect(identityKey(a) === identityKey(b)).toBe(same);
      }),
    );
  });

  it('grows by more that is matched or by weighing more, never by less', () => {
    fc.assert(
      fc.property(matches, matches, (now, accepted) => {
        const heavier = SEVERITIES.indexOf(now.severity) < SEVERITIES.indexOf(accepted.severity);
        const more = now.matched.some((one) => !accepted.matched.includes(one));
        expect(outgrows(now, accepted)).toBe(heavier || more);
        expect(outgrows(now, now)).toBe(false);
        expect(Math.sign(compareSeverities(now.severity, accepted.severity))).toBe(
          Math.sign(SEVERITIES.indexOf(now.severity) - SEVERITIES.indexOf(accepted.severity)),
        );
      }),
    );
  });
});

describe('laws of waivers', () => {
  const pasts: fc.Arbitrary<PastMatch[]> = fc.array(
    fc.record({ of: matches, waiver: fc.option(fc.constantFrom('w', 'v')) }).map(({ of, waiver }) => ({
      ...{ finding: 1, severity: of.severity, matched: of.matched },
      ...{ fingerprint: fingerprintOf(of.matched), waiver },
    })),
    { maxLength: 3 },
  );

  it('one is in force from its beginning until its end, the end not included', () => {
    fc.assert(
      fc.property(fc.array(waivers, { maxLength: 4 }), moments, (all, asOf) => {
        const expected = all.filter(({ from, until }) => {
          const [start, end, now] = [from?.getTime() ?? -Infinity, until.getTime(), asOf.getTime()];
          return start <= now && now < end;
        });
        expect(inForceAt(all, asOf)).toEqual(expected);
      }),
    );
  });

  it('what is waived has a waiver about it, in force, that it has not outgrown; and the first such one counts', () => {
    fc.assert(
      fc.property(
        identities,
        matches,
        pasts,
        fc.array(waivers, { maxLength: 5 }),
        (finding, match, past, all) => {
          const covers = (waiver: Waiver): boolean => {
            const accepted = acceptedBy(waiver, match, past);
            return isAbout(waiver, finding) && accepted !== undefined && !outgrows(match, accepted);
          };
          expect(waiverFor(finding, match, past, all)).toBe(all.find(covers));
        },
      ),
    );
  });

  it('what was accepted first stays what is accepted: growth ends it, shrinking does not', () => {
    fc.assert(
      fc.property(waivers, matches, matches, (stated, first, now) => {
        const waiver = { ...stated, accepts: null };
        const finding = { rule: waiver.rule, subject: waiver.subject, fields: waiver.fields };
        const past = [{ ...first, finding: 1, fingerprint: fingerprintOf(first.matched), waiver: waiver.id }];
        expect(waiverFor(finding, now, past, [waiver]) === undefined).toBe(outgrows(now, first));
        expect(waiverFor(finding, now, [], [waiver])).toBe(waiver);
      }),
    );
  });

  it('one that names a fingerprint accepts that and nothing that the finding never was', () => {
    fc.assert(
      fc.property(waivers, matches, matches, fc.boolean(), (stated, named, now, wasThere) => {
        const waiver = { ...stated, accepts: fingerprintOf(named.matched).slice(0, 16) };
        const past = wasThere
          ? [{ ...named, finding: 1, fingerprint: fingerprintOf(named.matched), waiver: null }]
          : [];
        const is = fingerprintOf(now.matched) === fingerprintOf(named.matched);
        const accepted = acceptedBy(waiver, now, past);
        if (is) expect(accepted).toBe(now);
        else expect(accepted).toEqual(wasThere ? past[0] : undefined);
      }),
    );
  });

  it('one is about a finding of its rule and subject that has the fields it names', () => {
    fc.assert(
      fc.property(waivers, identities, (waiver, finding) => {
        const same =
          waiver.rule === finding.rule &&
          waiver.subject.kind === finding.subject.kind &&
          waiver.subject.id === finding.subject.id;
        const named = (['scope', 'role'] as const).every(
          (field) => waiver.fields[field] === undefined || waiver.fields[field] === finding.fields[field],
        );
        expect(isAbout(waiver, finding)).toBe(same && named);
      }),
    );
  });

  it('one that is edited is another, and the order in which they stand says nothing', () => {
    fc.assert(
      fc.property(waivers, waivers, (a, b) => {
        const { id: _, ...stated } = a;
        expect(waiverId(stated)).toBe(a.id);
        for (const edited of [
          { reason: 'q' },
          { approver: 'q' },
          { until: day(20) },
          { rule: 'c' },
          { accepts: 'ab' },
        ])
          expect(waiverId({ ...stated, ...edited })).not.toBe(a.id);
        expect(waiverId({ ...stated, from: null }) === a.id).toBe(a.from === null);
        expect(waiversDigest([a, b])).toBe(waiversDigest([b, a]));
        expect(waiversDigest([a])).not.toBe(waiversDigest([]));
      }),
    );
  });

  it('one that waives nothing is idle, but for one that is still to come', () => {
    fc.assert(
      fc.property(
        waivers,
        identities,
        matches,
        anyState,
        moments,
        fc.boolean(),
        (waiver, of, match, state = 'open', now, applies) => {
          const own = applies ? applied(waiver) : null;
          const standing: Standing = { ...of, ...match, id: 1, no: 1, state, waiver: own };
          const words = idleWaiver(waiver, [standing], now);
          const about = isAbout(waiver, of) && state !== 'resolved';
          if (waiver.until <= now) expect(words).toContain('has ended');
          else if (waiver.from !== null && waiver.from > now) expect(words).toBeNull();
          else if (!about) expect(words).toContain('no finding');
          else if (applies) expect(words).toBeNull();
          else expect(words).toContain(waiver.accepts === null ? 'has grown' : 'not the fingerprint');
        },
      ),
    );
  });
});

describe('laws of judging again', () => {
  it('is due by the first thing that is another than when it was judged, and then no more', () => {
    const digest = fc.constantFrom('a', 'b');
    const judged = fc.record({
      seq: fc.integer({ min: 1, max: 3 }),
      rulesetDigest: digest,
      waiversDigest: digest,
      asOf: fc.integer({ min: 0, max: 60 }).map((hours) => new Date(EPOCH + hours * 3_600_000)),
    });
    const situations: fc.Arbitrary<Situation> = fc.record({
      lastSeq: fc.nat(3),
      waiting: fc.boolean(),
      judged: fc.option(judged),
      now: fc.integer({ min: 0, max: 60 }).map((hours) => new Date(EPOCH + hours * 3_600_000)),
    });
    const dayOf = (moment: Date): number => Math.floor((moment.getTime() - EPOCH) / 86_400_000);
    fc.assert(
      fc.property(situations, digest, digest, (situation, rulesetDigest, waiversDigest) => {
        const why = whyDue(situation, { rulesetDigest, waiversDigest });
        const { lastSeq, waiting, judged: last, now } = situation;
        if (lastSeq === 0 || waiting) expect(why).toBeNull();
        else if (last === null || last.seq < lastSeq) expect(why).toBe('published');
        else if (last.rulesetDigest !== rulesetDigest) expect(why).toBe('activated');
        else if (last.waiversDigest !== waiversDigest) expect(why).toBe('waivers');
        else expect(why).toBe(dayOf(last.asOf) < dayOf(now) ? 'daily' : null);
        const done = { seq: lastSeq, rulesetDigest, waiversDigest, asOf: now };
        expect(whyDue({ ...situation, judged: done }, { rulesetDigest, waiversDigest })).toBeNull();
      }),
    );
  });
});
