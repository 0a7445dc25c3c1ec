/** The plain model: what everybody outside of the product knows, and what must therefore be in the store. */
import type { Database } from '../../../src/platform/database.js';
import type { Schedule } from '../../../src/platform/slots.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import { type Lists, stored, storedGrants, untruths } from '../../medium/pipeline/lists.js';
import { falseRemovals, misses } from '../../medium/pipeline/witness.js';
import { SmallRulebook } from '../../support/rulebook.js';
import { WRONG } from '../support/afterwards-database.js';
import type { Post } from './post.js';
import type { SiteConfig } from './replica.js';
import type { Timetable } from './timetable.js';
import type { Upstream } from './upstream.js';

/** For how long processes looked after a source by one schedule, however many died meanwhile. */
interface Service {
  readonly source: string;
  readonly schedule: Schedule;
  readonly from: number;
  until: number;
}

interface Span {
  readonly source: string;
  readonly from: number;
  readonly until: number;
}

interface Moment {
  readonly source: string;
  readonly seq: number;
  readonly at: Date;
}

interface SlotRow {
  readonly source: string;
  readonly due: Date;
  readonly trigger: string;
  readonly state: string;
  readonly why: string | null;
  readonly ended: Date | null;
  readonly started: Date | null;
}

const TOLD_TWICE = `
  SELECT format('%s: told %s times after snapshot %s: %s %s', source, count(*), seq, kind, body) AS words
    FROM alert GROUP BY source, seq, kind, body HAVING count(*) > 1`;
const IN_NO_MESSAGE = `
  SELECT format('alert %s of snapshot %s of %s is in no message', no, seq, source) AS words FROM alert a
   WHERE severity IN ('high', 'critical') AND NOT EXISTS (
     SELECT FROM outbox_alert o JOIN outbox m ON m.source = o.source AND m.id = o.id
      WHERE m.source = a.source AND m.seq = a.seq AND o.no = a.no)`;
/** Only an attempt at the end of the 24 hours, or after it, may give a message up. */
const TRIED_OUT = `
  SELECT message_id AS id, state, why, unconfirmed,
         EXISTS (SELECT FROM outbox_attempt a WHERE a.source = m.source AND a.id = m.id
                    AND a.began_at >= m.tried_since + interval '24 hours') AS tried_out
    FROM outbox m`;
const NONE: Lists = new Map();
/** Readings state their times by a clock that runs on from the database's: see VirtualClock. */
const SLACK_MS = 2_000;
const HEARTBEATS_MS = 20_000;
const DUPLICATES = 3;

export class Chronicle {
  readonly services: Service[] = [];
  readonly pauses: Span[] = [];
  readonly looks: { readonly at: number; readonly sources: readonly string[] }[] = [];
  /** When a process last looked that was not configured for it. */
  private readonly withoutIt = new Map<string, number>();
  /** What was found wrong on the way. */
  readonly wrong: string[] = [];
  private readonly lastSeq = new Map<string, number>();
  private readonly lists = new Map<string, Lists>();
  private readonly grants = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly db: Database,
    private readonly timetable: Timetable,
    private readonly upstreams: ReadonlyMap<string, Upstream>,
  ) {}

  /** A process with this configuration looked for work, to the end. */
  looked({ sources }: SiteConfig, at: number): void {
    this.looks.push({ at, sources: [...sources.keys()] });
    for (const source of this.upstreams.keys()) if (!sources.has(source)) this.withoutIt.set(source, at);
    for (const [source, schedule] of sources) {
      const of = this.services.filter((service) => service.source === source);
      const same = of.findLast((service) => service.schedule === schedule);
      const later = of.some((other) => same !== undefined && other !== same && other.from > same.until);
      const gone =
        same !== undefined && at - same.until > 65 * 60_000 && (this.withoutIt.get(source) ?? 0) > same.until;
      if (same === undefined || later || gone) this.services.push({ source, schedule, from: at, until: at });
      else same.until = at;
    }
  }

  // ── with every snapshot ──

  async lookAtSnapshots(): Promise<void> {
    const sources = await this.db.query<{ name: string; last_seq: number }>(
      'SELECT name, last_seq FROM source',
    );
    for (const { name, last_seq: seq } of sources) {
      const known = this.lastSeq.get(name) ?? 0;
      if (seq === known) continue;
      if (seq !== known + 1) this.wrong.push(`${name}: ${seq - known} snapshots at once`);
      this.lastSeq.set(name, seq);
      await this.lookAtSnapshot(name, seq);
    }
  }

  private async lookAtSnapshot(source: string, seq: number): Promise<void> {
    const upstream = this.upstreams.get(source);
    const [run] = await this.db.query<{ id: string; epoch: number; slot: number; base: number }>(
      `SELECT r.id::text, r.epoch, s.epoch AS slot, r.base_seq AS base FROM snapshot n JOIN run r ON r.id = n.run_id
         JOIN slot s ON s.source = r.source AND s.due_at = r.due_at WHERE n.source = $1 AND n.seq = $2`,
      [source, seq],
    );
    const about = `${source}: snapshot ${seq}`;
    const before = this.lists.get(source) ?? NONE;
    const after = await stored(this.db, source);
    const grantsBefore = this.grants.get(source) ?? new Set<string>();
    const grants = new Set(await storedGrants(this.db, source));
    this.lists.set(source, after);
    this.grants.set(source, grants);
    if (run === undefined) {
      this.wrong.push(`${about} is of no run`);
      return;
    }
    if (run.epoch !== run.slot)
      this.wrong.push(`${about} is of attempt ${run.epoch}, the slot was held by ${run.slot}`);
    if (run.base !== seq - 1) this.wrong.push(`${about} stands on ${run.base}`);
    const reading = upstream?.readingOf(BigInt(run.id));
    if (upstream === undefined || reading === undefined) return; // retired
    const states = upstream.statesSince(reading);
    this.note(about, falseRemovals(states, before, after));
    if (!reading.disturbed) this.note(about, misses(states, after, await this.wholeLists(source, seq)));
    this.note(about, await this.windows(upstream, seq));
    if (seq > 1) this.note(about, await this.untold(source, seq, grantsBefore, grants));
  }

  private async wholeLists(source: string, seq: number): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ list: string }>(
      `SELECT stream || '/' || scope AS list FROM observation
        WHERE source = $1 AND seq = $2 AND verdict = 'complete' AND held = 0`,
      [source, seq],
    );
    return new Set(rows.map(({ list }) => list));
  }

  /** What is said to have happened between two moments did happen between them. */
  private async windows(upstream: Upstream, seq: number): Promise<string[]> {
    const changes = await this.db.query<{
      what: string;
      who: string;
      role: string;
      scope: string;
      from: Date | null;
      to: Date;
    }>(
      `SELECT what, i.match_key AS who, role, scope, not_seen_at AS from, seen_at AS to
         FROM change c JOIN identity i ON i.source = c.source AND i.identity_id = c.subject
        WHERE c.source = $1 AND seq = $2 AND what IN ('role-granted', 'role-revoked') AND cause <> 'configuration'`,
      [upstream.name, seq],
    );
    return changes.flatMap(({ what, who, role, scope, from, to }) => {
      const right = `${who} ${role.replace('role:', '')} ${scope}`;
      const turns = upstream.versions.flatMap((version, i) => {
        const was = i > 0 && (upstream.versions[i - 1]?.rights.has(right) ?? false);
        return version.rights.has(right) !== was ? [{ at: version.from, granted: !was, first: i === 0 }] : [];
      });
      if (turns.length === 0) return []; // somebody whom a lie has made
      const [low, high] = [(from?.getTime() ?? -Infinity) - SLACK_MS, to.getTime() + SLACK_MS];
      const granted = what === 'role-granted';
      const enclosed = turns.some((turn) => turn.granted === granted && turn.at >= low && turn.at <= high);
      const times = turns
        .map(({ at, granted: g }) => `${g ? '+' : '-'}${new Date(at).toISOString()}`)
        .join(' ');
      return enclosed
        ? []
        : [
            `${what} ${right} between ${String(from?.toISOString())} and ${to.toISOString()}; in truth ${times}`,
          ];
    });
  }

  /** Whoever holds a right to wipe, and was not known to hold it, is told of. */
  private async untold(
    source: string,
    seq: number,
    before: ReadonlySet<string>,
    after: ReadonlySet<string>,
  ): Promise<string[]> {
    const alerts = await this.db.query<{ who: string | null; roles: string[] }>(
      `SELECT i.match_key AS who,
              ARRAY(SELECT g ->> 'role' FROM jsonb_array_elements(coalesce(body -> 'gains', '[]')) g) AS roles
         FROM alert a LEFT JOIN identity i ON i.source = a.source AND i.identity_id = (a.body ->> 'subject')::bigint
        WHERE a.source = $1 AND seq = $2`,
      [source, seq],
    );
    const complete = await this.wholeLists(source, seq - 1);
    const summaries = [...complete].filter((list) => list.startsWith('user_summary/'));
    const gained = [...after]
      .filter((words) => !before.has(words))
      .map((words) => /^(.*) holds 7 in (\d+)$/.exec(words));
    return gained.flatMap((match) => {
      const [words = '', who = '', scope = ''] = match ?? [];
      // the first reading of a space is told of as one
      if (match === null || !summaries.includes(`user_summary/${scope}`) || who.includes('=')) return [];
      const told = alerts.some((alert) => alert.who === who && alert.roles.includes('7'));
      return told ? [] : [`${words}, and nobody was told`];
    });
  }

  private note(about: string, wrong: readonly string[]): void {
    this.wrong.push(...wrong.map((words) => `${about}: ${words}`));
  }

  // ── at the end ──

  /** Everything is well again since a moment, and nothing is under way. */
  async atTheEnd(wellSince: number, post: Post, config: SiteConfig): Promise<string[]> {
    const slots = await this.db.query<SlotRow>(
      `SELECT s.source, s.due_at AS due, trigger, state, s.why, s.ended_at AS ended, r.started_at AS started
         FROM slot s LEFT JOIN run r ON r.id = s.run_id ORDER BY s.source, s.due_at`,
    );
    return [
      ...this.wrong,
      ...(await this.words(WRONG)),
      ...(await this.words(TOLD_TWICE)),
      ...this.lostSlots(slots),
      ...this.strangeSlots(slots),
      ...this.pausedSlots(slots),
      ...(await this.readInPauses()),
      ...this.notRecovered(slots, wellSince, config),
      ...(await this.silences(slots)),
      ...(await this.undelivered(post)),
      ...(await this.falsehoods()),
      ...(await this.unsound()),
    ];
  }

  /** Every local time of a schedule by which somebody looked after the source has a slot. */
  private lostSlots(slots: readonly SlotRow[]): string[] {
    return this.services.flatMap(({ source, schedule, from, until }) => {
      const there = new Set(slots.filter((slot) => slot.source === source).map(({ due }) => due.getTime()));
      return this.timetable
        .between(schedule, from, until)
        .filter((due) => !there.has(due))
        .map(
          (due) => `${source}: the slot ${new Date(due).toISOString()} of ${schedule.expression} was lost`,
        );
    });
  }

  /** Every scheduled slot is one of a schedule that was in force. */
  private strangeSlots(slots: readonly SlotRow[]): string[] {
    return slots
      .filter(({ trigger }) => trigger === 'schedule')
      .filter(
        ({ source, due }) => !this.schedulesOf(source).some((one) => this.timetable.has(one, due.getTime())),
      )
      .map(({ source, due }) => `${source}: ${due.toISOString()} is no slot of any schedule`);
  }

  private schedulesOf(source: string): Schedule[] {
    return this.services.filter((service) => service.source === source).map(({ schedule }) => schedule);
  }

  /** Every slot after everything is well is begun by the second beat at the latest, and published. */
  private notRecovered(slots: readonly SlotRow[], wellSince: number, { sources }: SiteConfig): string[] {
    return slots
      .filter(
        ({ due, trigger, state }) => trigger === 'schedule' && state !== 'due' && due.getTime() > wellSince,
      )
      .filter(({ source, due }) => {
        const now = sources.get(source);
        return now !== undefined && this.timetable.has(now, due.getTime()); // else it is of a schedule gone by
      })
      .filter(({ state, started, due }) => {
        const begun = started?.getTime() ?? Infinity;
        return state !== 'published' || begun - due.getTime() > HEARTBEATS_MS;
      })
      .map(({ source, due, state, started, why }) => {
        const found = `${state}, begun ${String(started?.toISOString())}: ${String(why)}`;
        return `${source}: ${due.toISOString()}, after everything was well, is ${found}`;
      });
  }

  /** What passed in a pause has not failed: nothing was tried. */
  private pausedSlots(slots: readonly SlotRow[]): string[] {
    return slots
      .filter(({ state, trigger }) => state === 'failed' && trigger === 'schedule')
      .filter(({ source, due, started, ended }) =>
        this.pausedAt(source, due.getTime()).some(
          (pause) => started === null || (ended?.getTime() ?? 0) < pause.until,
        ),
      )
      .map(({ source, due, why }) => `${source}: ${due.toISOString()} failed in a pause: ${why}`);
  }

  private pausedAt(source: string, moment: number): Span[] {
    return this.pauses.filter((span) => span.source === source && moment > span.from && moment < span.until);
  }

  /** Nothing is sent to a source that refused the password: nobody is locked out. */
  private async readInPauses(): Promise<string[]> {
    const runs = await this.db.query<{ source: string; id: string; at: Date }>(
      `SELECT source, id::text, started_at AS at FROM run r
        WHERE NOT EXISTS (SELECT FROM source s WHERE s.name = r.source AND s.retired_seq = r.base_seq + 1)`,
    );
    return runs
      .filter(({ source, id, at }) => {
        const read = this.upstreams.get(source)?.readingOf(BigInt(id));
        return read !== undefined && this.pausedAt(source, at.getTime()).length > 0;
      })
      .map(({ source, id, at }) => `${source}: run ${id} began at ${at.toISOString()}, in a pause`);
  }

  /** Told once where two slots brought nothing and nothing was under way, and never where they did not. */
  private async silences(slots: readonly SlotRow[]): Promise<string[]> {
    const snapshots = await this.db.query<Moment>(
      'SELECT source, seq, recorded_at AS at FROM snapshot UNION ALL SELECT name, 0, created_at FROM source ORDER BY 1, 2',
    );
    const told = await this.db.query<Moment>(
      `SELECT source, seq, recorded_at AS at FROM alert WHERE kind = 'source-silent'`,
    );
    return snapshots.flatMap(({ source, seq, at }, i) => {
      const next = snapshots[i + 1]?.source === source ? snapshots[i + 1]?.at : undefined;
      const empty = slots.filter(
        ({ source: of, trigger, state, due }) =>
          of === source &&
          trigger === 'schedule' &&
          ['failed', 'missed'].includes(state) &&
          due > at &&
          !(next && due >= next),
      );
      const about = `${source}: after snapshot ${seq}`;
      const alerts = told.filter((alert) => alert.source === source && alert.seq === seq);
      const early = alerts.filter((alert) => this.emptyBy(alert.at.getTime(), empty, 'at most') < 2);
      return [
        ...(alerts.length > 1 ? [`${about}: told ${alerts.length} times that it is silent`] : []),
        ...early.map((alert) => `${about}: told at ${alert.at.toISOString()} that it is silent, too early`),
        ...(alerts.length === 0 && this.wasSilent(source, { from: at, until: next, empty })
          ? [`${about}: it was silent, and nobody was told`]
          : []),
      ];
    });
  }

  /** Somebody looked who had to see that a third slot had brought nothing, whatever was under way. */
  private wasSilent(
    source: string,
    { from, until, empty }: { from: Date; until: Date | undefined; empty: readonly SlotRow[] },
  ): boolean {
    const soon = 15_000;
    return this.looks.some(
      ({ at, sources }) =>
        sources.includes(source) &&
        at > from.getTime() &&
        at + soon < (until?.getTime() ?? Infinity) &&
        this.pausedAt(source, at).length === 0 &&
        this.emptyBy(at - soon, empty, 'at least') >= 3,
    );
  }

  /**
   * Slots that had ended without a snapshot, and that somebody wanted to be read. What passed while nobody was there, and
   * the schedule was another one afterwards, may count or not: nobody knows when it was changed. So may a slot that passed
   * while the source was left out, and was tried all the same when it came back.
   */
  private emptyBy(moment: number, empty: readonly SlotRow[], bound: 'at least' | 'at most'): number {
    return empty.filter(({ source, due, started, ended }) => {
      const [slot, of] = [due.getTime(), this.services.filter((service) => service.source === source)];
      const last = of.findLast((service) => service.from < slot);
      const next = bound === 'at most' ? of.find((service) => service.from >= slot) : undefined;
      const wanted =
        (last !== undefined &&
          (bound === 'at most' || slot <= last.until) &&
          this.timetable.has(last.schedule, slot)) ||
        (next !== undefined && this.timetable.has(next.schedule, slot));
      const absent =
        last !== undefined &&
        slot > last.until &&
        this.looks.some(({ at, sources }) => at > last.until && at < slot && !sources.includes(source));
      return (
        wanted &&
        (!absent || (bound === 'at most' && started !== null)) &&
        this.pausedAt(source, slot).length === 0 &&
        ended !== null &&
        ended.getTime() <= moment
      );
    }).length;
  }

  private async undelivered({ arrived }: Post): Promise<string[]> {
    const messages = await this.db.query<{
      id: string;
      state: string;
      why: string | null;
      unconfirmed: number;
      tried_out: boolean;
    }>(TRIED_OUT);
    return [
      ...(await this.words(IN_NO_MESSAGE)),
      ...messages.flatMap(({ id, state, why, unconfirmed, tried_out: triedOut }) => {
        const times = arrived.get(id) ?? 0;
        if (times === 0 && state === 'dead' && triedOut) return [];
        if (times === 0) return [`the message ${id} never arrived: ${state} ${String(why)}`];
        if (state !== 'sent' && state !== 'dead') return [`the message ${id} is still ${state}`];
        return times > 1 + Math.min(unconfirmed, DUPLICATES)
          ? [`the message ${id} arrived ${times} times`]
          : [];
      }),
    ];
  }

  private async words(sql: string): Promise<string[]> {
    return (await this.db.query<{ words: string }>(sql)).map(({ words }) => words);
  }

  private async falsehoods(): Promise<string[]> {
    const all = [...this.upstreams].map(async ([name, { server }]) =>
      (await untruths(this.db, server.estate, name)).map((words) => `${name}: ${words}`),
    );
    return (await Promise.all(all)).flat();
  }

  private async unsound(): Promise<string[]> {
    const { checks } = await fsck(this.db, {
      rulebook: new SmallRulebook(),
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    return checks
      .filter(({ bad }) => bad > 0)
      .map(({ check, bad, first }) => `fsck ${check}: ${bad}, ${JSON.stringify(first)}`);
  }
}
