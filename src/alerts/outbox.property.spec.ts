import fc from 'fast-check';
import { ALERT_KINDS, SEVERITIES } from './alert.js';
import type { AlertView } from './alert-view.js';
import type { Route } from './alerts-config.js';
import { DUPLICATES, OUTCOMES, pauseAfter, settle, TRIED_FOR } from './delivery/back-off.js';
import { hookBody, signatureOf } from './message/hook.js';
import { messageOf, type Told } from './message/message.js';
import { leastTold, type Routable, recipientsOf, sharesOf } from './route.js';
import { type SourceStanding, sourceTroubles } from './source-troubles.js';

const HOUR = 3_600_000;
const severities = fc.constantFrom(...SEVERITIES);
const kinds = fc.constantFrom(...ALERT_KINDS.slice(0, 4));
const routes: fc.Arbitrary<Route[]> = fc.array(
  fc.record({
    severity: severities,
    sources: fc.option(fc.subarray(['hq', 'branch'])),
    scopes: fc.option(fc.subarray(['1', '2'])),
    kinds: fc.option(fc.subarray([...ALERT_KINDS.slice(0, 4)])),
    to: fc.subarray(['a@x.example', 'A@X.example', 'b@x.example']),
    hook: fc.option(fc.constantFrom('siem', 'chat')),
  }),
  { maxLength: 4 },
);
const alerts: fc.Arbitrary<Routable[]> = fc
  .array(
    fc.record({ kind: kinds, severity: severities, scopes: fc.subarray(['1', '2', '3']), way: fc.nat(2) }),
    {
      maxLength: 5,
    },
  )
  .map((all) =>
    all.map(({ kind, severity, scopes, way }, i) => ({
      no: i + 1,
      kind,
      severity,
      body: bodyIn(scopes, way),
    })),
  );

/** An alert names its scopes itself, by its holders, or by its finding. */
function bodyIn(scopes: readonly string[], way: number): Routable['body'] {
  if (way === 0) return { scopes };
  if (way === 1) return { holders: scopes.map((scope) => ({ identity: '1', scope, tier: 'high' })) };
  const subject = { kind: 'principal', id: '1' } as const;
  const because = [...scopes.map((scope) => ({ scope })), { note: 'nowhere' }];
  return { finding: { id: '1', rule: 'r', title: 't', subject, message: 'm', because } };
}

function scopesOf({ scopes = [], holders = [], finding }: Routable['body']): string[] {
  const found = (finding?.because ?? []).flatMap(({ scope }) => (scope === undefined ? [] : [scope]));
  return [...scopes, ...holders.map(({ scope }) => scope), ...found];
}

/** Plainly: does this route want this alert of the source hq? */
function wants(route: Route, alert: Routable): boolean {
  if (SEVERITIES.indexOf(alert.severity) > SEVERITIES.indexOf(route.severity)) return false;
  if (route.sources !== null && !route.sources.includes('hq')) return false;
  if (route.kinds !== null && !route.kinds.includes(alert.kind)) return false;
  const scopes = scopesOf(alert.body);
  return (
    route.scopes === null || scopes.length === 0 || scopes.some((scope) => route.scopes?.includes(scope))
  );
}
const whom = ({ channel, recipient }: { channel: string; recipient: string }): string =>
  `${channel} ${recipient.toLowerCase()}`;

describe('laws of routing', () => {
  it('every alert that a route wants reaches each of its recipients exactly once, and no other', () => {
    fc.assert(
      fc.property(routes, alerts, (all, told) => {
        const expected = new Set(
          told.flatMap((alert) =>
            all
              .filter((route) => wants(route, alert))
              .flatMap((route) => recipientsOf(route).map((to) => `${whom(to)} ${alert.no}`)),
          ),
        );
        const got = sharesOf({ routes: all }, 'hq', told).flatMap((share) =>
          share.nos.map((no) => `${whom(share)} ${no}`),
        );
        expect(new Set(got)).toEqual(expected);
        expect(got).toHaveLength(expected.size);
      }),
    );
  });

  it('one recipient has one share, in ascending order of alerts, whatever leads to it', () => {
    fc.assert(
      fc.property(routes, alerts, (all, told) => {
        const shares = sharesOf({ routes: all }, 'hq', told);
        expect(new Set(shares.map(whom)).size).toBe(shares.length);
        for (const { nos } of shares) expect(nos).toEqual([...nos].sort((a, b) => a - b));
      }),
    );
  });

  it('the order of routes and alerts changes nobody’s share', () => {
    fc.assert(
      fc.property(routes, alerts, (all, told) => {
        const plain = (shares: ReturnType<typeof sharesOf>) =>
          new Map(shares.map((one) => [whom(one), one.nos]));
        const turned = sharesOf({ routes: [...all].reverse() }, 'hq', [...told].reverse());
        expect(plain(turned)).toEqual(plain(sharesOf({ routes: all }, 'hq', told)));
      }),
    );
  });

  it('grouping again what comes in two parts gives what comes at once', () => {
    fc.assert(
      fc.property(routes, alerts, fc.nat(5), (all, told, at) => {
        const parts = [told.slice(0, at), told.slice(at)].flatMap((part) =>
          sharesOf({ routes: all }, 'hq', part),
        );
        const merged = new Map<string, number[]>();
        for (const share of parts)
          merged.set(whom(share), [...(merged.get(whom(share)) ?? []), ...share.nos]);
        expect(merged).toEqual(
          new Map(sharesOf({ routes: all }, 'hq', told).map((one) => [whom(one), [...one.nos]])),
        );
      }),
    );
  });

  it('an alert below what is told at least is wanted by no route', () => {
    fc.assert(
      fc.property(routes, alerts, (all, told) => {
        const least = SEVERITIES.indexOf(leastTold(all));
        expect(least).toBeGreaterThanOrEqual(SEVERITIES.indexOf('high'));
        for (const alert of told)
          if (SEVERITIES.indexOf(alert.severity) > least)
            expect(all.filter((route) => wants(route, alert))).toEqual([]);
      }),
    );
  });
});

describe('laws of trying again', () => {
  const dice = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const tried = fc.record({
    attempts: fc.nat(60),
    unconfirmed: fc.nat(5),
    ageMs: fc.integer({ min: 0, max: TRIED_FOR + HOUR }),
  });
  const deliveries = fc.record({
    outcome: fc.constantFrom(...OUTCOMES),
    said: fc.constant('x'),
    pauseMs: fc.integer({ min: 0, max: 4 * HOUR }),
  });

  it('pauses grow and never pass two hours; chance takes half at most', () => {
    fc.assert(
      fc.property(fc.nat(2_000), dice, (attempts, random) => {
        const pause = pauseAfter(attempts, random);
        expect(pauseAfter(attempts + 1, random)).toBeGreaterThanOrEqual(pause);
        expect(pause).toBeLessThanOrEqual(2 * HOUR);
        expect(pause).toBeGreaterThanOrEqual(pauseAfter(attempts, 1) / 2);
        expect(pause).toBeGreaterThanOrEqual(15_000);
      }),
    );
  });

  it('the next attempt is never after the end of 24 hours, and never before the pause that was asked for', () => {
    fc.assert(
      fc.property(tried, deliveries, dice, (before, delivery, random) => {
        const settled = settle(before, delivery, random);
        if (settled.state !== 'pending') return;
        const left = TRIED_FOR - before.ageMs;
        expect(settled.pauseMs).toBeGreaterThan(0);
        expect(settled.pauseMs).toBeLessThanOrEqual(left);
        const wanted = Math.max(pauseAfter(before.attempts, random), Math.min(delivery.pauseMs, 2 * HOUR));
        expect(settled.pauseMs).toBe(Math.min(wanted, left));
      }),
    );
  });

  it('sent is sent; dead is only what was refused, ran out of time, or was handed over four times', () => {
    fc.assert(
      fc.property(tried, deliveries, dice, (before, delivery, random) => {
        const { state } = settle(before, delivery, random);
        const { outcome } = delivery;
        const over =
          outcome === 'refused' ||
          before.ageMs >= TRIED_FOR ||
          (outcome === 'unconfirmed' && before.unconfirmed >= DUPLICATES);
        expect(state).toBe(outcome === 'sent' ? 'sent' : over ? 'dead' : 'pending');
      }),
    );
  });

  it('what was handed over four times says so', () => {
    const lost = { outcome: 'unconfirmed', said: 'cut off' } as const;
    expect(settle({ attempts: 3, unconfirmed: DUPLICATES, ageMs: 0 }, lost, 0)).toEqual({
      state: 'dead',
      why: 'handed over 4 times, and each time the connection was lost before the answer: it has probably arrived. Last: cut off',
    });
  });

  it('at its last moment a message is not tried once more, a moment before it is', () => {
    const failed = { outcome: 'failed', said: 'x' } as const;
    const at = (ageMs: number) => settle({ attempts: 9, unconfirmed: 0, ageMs }, failed, 0);
    expect(at(TRIED_FOR).state).toBe('dead');
    expect(at(TRIED_FOR - 1)).toEqual({ state: 'pending', pauseMs: 1, why: 'x' });
    expect(TRIED_FOR).toBe(24 * HOUR);
  });
});

describe('laws of a message', () => {
  const views: fc.Arbitrary<AlertView[]> = fc
    .array(fc.record({ severity: severities, rule: fc.option(fc.nat(12)), again: fc.boolean() }), {
      maxLength: 40,
    })
    .map((all) =>
      all.map(({ severity, rule, again }, i): AlertView => {
        const id = `2.${i + 1}`;
        const subject = { kind: 'local-admin', key: `p${i}` } as const;
        if (rule === null) return { id, kind: 'right-gained', severity, subject, gains: [] };
        return {
          ...{ id, severity, kind: again ? 'finding-reopened' : 'finding-opened' },
          finding: {
            ...{ id: String(i), rule: `r${rule}`, title: `Rule ${rule}`, message: 'm', because: [] },
            subject: { kind: 'principal', key: `p${i}` },
          },
        };
      }),
    );
  const told = (all: readonly AlertView[], first: boolean): Told => {
    const firstRead: AlertView = { id: '2.0', kind: 'first-read', severity: 'high', holders: [] };
    const snapshot = { seq: 2, recordedAt: new Date('2026-03-01T10:02:30Z'), digest: 'ab' };
    return { source: 'hq', snapshot, alerts: first ? [firstRead, ...all] : all };
  };

  it('tells each of its alerts in one card, the worst first, and as severe as the worst of them', () => {
    fc.assert(
      fc.property(views, fc.boolean(), (all, first) => {
        const { alerts: given } = told(all, first);
        const { cards, severity, more } = messageOf(told(all, first));
        const places = cards.map((card) => SEVERITIES.indexOf(card.severity));
        expect(places).toEqual([...places].sort((a, b) => a - b));
        const ids = cards.flatMap((card) => card.ids);
        expect(new Set(ids).size).toBe(ids.length);
        if (more === null) expect([...ids].sort()).toEqual(given.map(({ id }) => id).sort());
        else expect([cards.length, ids.length < given.length]).toEqual([25, true]);
        const worst = Math.min(...given.map((alert) => SEVERITIES.indexOf(alert.severity)), 3);
        expect(severity).toBe(SEVERITIES[worst]);
      }),
    );
  });

  it('findings of many rules are one card: of more than eight, and of more than one at a first read', () => {
    fc.assert(
      fc.property(views, fc.boolean(), (all, first) => {
        const { cards, more } = messageOf(told(all, first));
        if (more !== null) return;
        const opened = all.filter(({ kind }) => kind === 'finding-opened');
        const groups = new Set(opened.map(({ finding, severity }) => `${finding?.rule} ${severity}`)).size;
        const other = all.filter(({ kind }) => kind === 'finding-reopened');
        const again = new Set(other.map(({ finding, severity }) => `${finding?.rule} ${severity}`)).size;
        const single = all.length - opened.length - other.length + (first ? 1 : 0);
        const many = groups > (first ? 1 : 8);
        expect(cards).toHaveLength(single + again + (many ? 1 : groups));
      }),
    );
  });

  it('a card of many says how many it does not name', () => {
    const finding = (i: number): AlertView => ({
      ...{ id: `2.${i}`, kind: 'finding-reopened', severity: 'low' },
      finding: {
        ...{ id: String(i), rule: 'r', title: 'Rule', message: 'm', because: [] },
        subject: { kind: 'principal', key: `p${i}` },
      },
    });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 14 }), (count) => {
        const [card] = messageOf(
          told(
            Array.from({ length: count }, (_, i) => finding(i)),
            false,
          ),
        ).cards;
        const named = Math.min(count, 10);
        expect(card?.title).toBe(`again: Rule: ${count} findings`);
        expect(card?.lines).toEqual([
          ...Array.from({ length: named }, (_, i) => `p${i}: m`),
          ...(count > 10 ? [`and ${count - 10} more`] : []),
          'Rule: r',
        ]);
      }),
    );
  });

  it('its headline counts what it does not name, and its footer names six alerts and counts the rest', () => {
    const gain = (i: number): AlertView => ({
      ...{ id: `2.${i}`, kind: 'right-gained', severity: 'high', gains: [] },
      subject: { kind: 'local-admin', key: `p${i}` },
    });
    const of = (count: number, ...others: AlertView[]) =>
      messageOf(told([...Array.from({ length: count }, (_, i) => gain(i)), ...others], false));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (count) => {
        const { headline, footer, more } = of(count);
        const others = count === 1 ? '' : `; ${count - 1} more alert${count === 2 ? '' : 's'}`;
        expect(headline).toBe(`${of(1).headline}${others}`);
        const ids = Array.from({ length: Math.min(count, 6) }, (_, i) => `2.${i}`).join(', ');
        expect(footer[1]).toMatch(`Alerts ${ids}${count > 6 ? ` and ${count - 6} more` : ''}. Written by`);
        expect(more).toEqual(
          count > 25 ? { count: count - 25, command: 'rolewatch alerts --source hq' } : null,
        );
      }),
    );
    const finding: AlertView = {
      ...{ id: '2.9', kind: 'finding-opened', severity: 'low' },
      finding: {
        ...{ id: '1', rule: 'r', title: 'Rule', message: 'm', because: [] },
        subject: { kind: 'principal', key: 'p' },
      },
    };
    expect(of(1, finding).headline).toMatch(/; 1 finding$/);
    expect(of(1, finding, { ...finding, id: '2.10' }).headline).toMatch(/; 2 findings$/);
    expect(of(2, finding).headline).toMatch(/; 2 more alerts$/);
  });

  it('findings about a source say what is the matter, those about somebody name them; rules beyond ten are counted', () => {
    const finding = (
      i: number,
      rule: string,
      subject: NonNullable<AlertView['finding']>['subject'],
    ): AlertView => ({
      ...{ id: `2.${i}`, kind: 'finding-opened', severity: 'low' },
      finding: { ...{ id: String(i), rule, title: 'Rule', message: `m${i}`, because: [] }, subject },
    });
    const source = { kind: 'source', key: 'hq' } as const;
    const [card] = messageOf(told([finding(1, 'r', source), finding(2, 'r', source)], false)).cards;
    expect(card?.lines).toEqual(['m1', 'm2', 'Rule: r']);
    for (const [rules, last] of [
      [10, '[low] hq: Rule'],
      [11, 'and findings of 1 more rule'],
      [12, 'and findings of 2 more rules'],
    ] as const) {
      const all = Array.from({ length: rules }, (_, i) =>
        finding(i, `r${i}`, { kind: 'principal', key: 'hq' }),
      );
      const [many] = messageOf(told(all, false)).cards;
      expect(many?.lines.at(-1)).toBe(last);
      expect(many?.lines).toHaveLength(Math.min(rules, 11));
    }
  });

  it('a hook is told the same bytes for the same message, and every part of it counts for its signature', () => {
    fc.assert(
      fc.property(views, fc.boolean(), (all, first) => {
        const body = (id: string) => hookBody(id, told(all, first), messageOf(told(all, first)));
        expect(body('<1@x>')).toBe(body('<1@x>'));
        expect(JSON.parse(body('<1@x>'))).toMatchObject({
          id: '<1@x>',
          snapshot: { recordedAt: '2026-03-01T10:02:30.000Z' },
          alerts: JSON.parse(JSON.stringify(told(all, first).alerts)) as unknown,
        });
        const signed = signatureOf('s', 1, body('<1@x>'));
        expect(signed).toMatch(/^v1=[0-9a-f]{64}$/);
        expect([
          signatureOf('t', 1, body('<1@x>')),
          signatureOf('s', 2, body('<1@x>')),
          signatureOf('s', 1, body('<2@x>')),
        ]).not.toContain(signed);
      }),
    );
    const nothing = { ...told([], false), snapshot: null };
    expect(JSON.parse(hookBody('i', nothing, messageOf(nothing)))).toMatchObject({ snapshot: null });
  });
});

describe('laws of silence', () => {
  const moment = fc.constantFrom('2026-03-01T10:00:00.000Z', '2026-03-02T10:00:00.000Z');
  const trouble = fc.option(moment.map((at) => ({ at: new Date(at), why: 'refused' })));
  const standings: fc.Arbitrary<SourceStanding> = fc.record({
    source: fc.constant('hq'),
    lastSeq: fc.nat(3),
    snapshotAt: fc.option(moment.map((at) => new Date(at))),
    paused: trouble,
    failed: trouble,
    slotsWithout: fc.nat(4),
    open: fc.boolean(),
    told: fc.array(
      fc.record({
        kind: fc.constantFrom('run-failed' as const, 'source-paused' as const, 'source-silent' as const),
        at: fc.option(moment),
      }),
      { maxLength: 3 },
    ),
  });

  it('what was told is not told again', () => {
    fc.assert(
      fc.property(standings, (standing) => {
        const drafts = sourceTroubles(standing);
        const told = [...standing.told, ...drafts.map(({ kind, body }) => ({ kind, at: body.at ?? null }))];
        expect(sourceTroubles({ ...standing, told })).toEqual([]);
      }),
    );
  });

  it('a pause is all that is told of a source that is paused; else its failure, and its silence after two slots, or three while one is under way', () => {
    fc.assert(
      fc.property(standings, (standing) => {
        const drafts = sourceTroubles(standing);
        const { paused, failed, slotsWithout, open, snapshotAt } = standing;
        const isTold = (kind: string, at?: string): boolean =>
          standing.told.some((one) => one.kind === kind && (at === undefined || one.at === at));
        const due =
          paused === null
            ? [
                ...(failed === null || isTold('run-failed') ? [] : ['run-failed']),
                ...(slotsWithout < (open ? 3 : 2) || isTold('source-silent') ? [] : ['source-silent']),
              ]
            : isTold('source-paused', paused.at.toISOString())
              ? []
              : ['source-paused'];
        expect(drafts.map(({ kind }) => kind)).toEqual(due);
        for (const { kind, severity, body } of drafts) {
          expect(severity).toBe(kind === 'source-silent' ? 'critical' : 'high');
          if (kind !== 'source-silent')
            expect(body).toEqual({ why: 'refused', at: (paused ?? failed)?.at.toISOString() });
          else
            expect(body).toEqual({
              why: `${snapshotAt === null ? 'there never was a snapshot' : `no snapshot since ${snapshotAt.toISOString()}`}, ${slotsWithout} scheduled slots ended without one${failed === null ? '' : '; the last attempt: refused'}`,
              count: slotsWithout,
              ...(snapshotAt !== null && { at: snapshotAt.toISOString() }),
            });
        }
      }),
    );
  });
});
