/** A site in virtual time: sources, processes, people, and one thing after the other. */
import { appendFileSync } from 'node:fs';
import type { Database } from '../../../src/platform/database.js';
import { hasCode } from '../../../src/platform/errors.js';
import { PauseStore } from '../../../src/runs/pause.store.js';
import { PULSE_MS } from '../../../src/runs/timing.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { releaseHeld } from '../../../src/snapshots/release.store.js';
import type { RiskTiers } from '../../../src/access/risk.js';
import { type Random, seeded } from '../../medium/pipeline/mutators.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { Agenda, type Entry } from './agenda.js';
import { Chronicle } from './chronicle.js';
import { Life, type Surroundings } from './life.js';
import { Post } from './post.js';
import { Replica, type SiteConfig } from './replica.js';
import { Stillness } from './stillness.js';
import type { Timetable } from './timetable.js';
import { Upstream } from './upstream.js';
import { VirtualClock } from './virtual-clock.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A file to which every step goes at once: for a simulation that does not come to its end. */
const TRACE = process.env['ROLEWATCH_TRACE'];
/** Timers are never exact. Were they, a beat would fall on the very moment at which a lease runs out. */
const PERIOD_MS = PULSE_MS + 3;
const PERSON = 'os:ann';
/** Longer than PostgreSQL lets anybody sleep in a transaction. */
const IN_THE_WAY_MS = 6 * MINUTE;

export class World {
  readonly random: Random;
  readonly agenda: Agenda;
  readonly upstreams = new Map<string, Upstream>();
  readonly replicas: Replica[] = [];
  readonly post: Post;
  readonly chronicle: Chronicle;
  readonly trace: string[] = [];
  /** Processes are started with it from now on. */
  config: SiteConfig;
  private readonly surroundings: Surroundings;
  private readonly beats = new Map<Replica, Entry>();
  private readonly waited = new Map<number, number>();
  private readonly stillness: Stillness;
  private snapshotWritten = false;
  private started = 0;
  /** Drawn before a run begins. */
  mischief: (life: Life) => void = () => undefined;
  /** What becomes of a place whose process is gone. */
  onDeath: (replica: Replica) => void = () => undefined;

  private constructor(
    private readonly fresh: TestDatabase,
    private readonly clock: VirtualClock,
    readonly timetable: Timetable,
    private readonly tiers: RiskTiers,
    seed: number,
    start: number,
  ) {
    this.random = seeded(seed);
    this.agenda = new Agenda(start);
    this.post = new Post(this.random);
    this.config = { sources: timetable.beginning };
    this.chronicle = new Chronicle(fresh.db, timetable, this.upstreams);
    this.stillness = new Stillness(
      () => this.replicas.map(({ life }) => life),
      clock,
      (words) => this.say(words),
    );
    this.surroundings = {
      ...{ agenda: this.agenda, clock, say: (words) => this.say(words) },
      stir: () => this.stillness.stir(),
      abandoned: (pid) => this.stillness.abandoned(pid),
      snapshotWritten: () => (this.snapshotWritten = true),
    };
  }

  static async open(timetable: Timetable, seed: number, start: number): Promise<World> {
    const fresh = await freshDatabase();
    const clock = await VirtualClock.install(fresh, start);
    const world = new World(fresh, clock, timetable, await riskTiersOf('ivanti-epmm'), seed, start);
    const { random, agenda } = world;
    for (const name of timetable.beginning.keys())
      world.upstreams.set(
        name,
        await Upstream.open(name, { random, agenda, say: (words) => world.say(words) }),
      );
    return world;
  }

  get db(): Database {
    return this.fresh.db;
  }

  get alive(): Replica[] {
    return this.replicas.filter(({ life }) => !life.dead);
  }

  say(words: string): void {
    const line = `${new Date(this.agenda.now).toISOString()} ${words}`;
    this.trace.push(line);
    if (TRACE !== undefined) appendFileSync(TRACE, `${Math.round(performance.now())} ${line}\n`);
  }

  /** A new process, with the configuration as it is. */
  start(): Replica {
    const life = new Life(`w${++this.started}`, this.surroundings);
    const wrongMs = this.random.pick([0, 0, 0, 3 * HOUR, -2 * DAY, 40 * 365 * DAY]) ?? 0;
    const { config, upstreams, tiers, fresh } = this;
    this.say(
      `${life.name} starts with ${[...config.sources.keys()].join(', ')}; its clock is ${wrongMs / 1000} s ahead`,
    );
    const replica = new Replica({
      ...{
        life,
        config,
        upstreams,
        tiers,
        wrongMs,
        appUrl: fresh.appUrl,
        channel: this.post.channelOf(life),
      },
      say: (words) => this.say(words),
      runBegins: () => this.mischief(life),
      runEnds: () => this.hurry(),
    });
    this.replicas.push(replica);
    this.beatAt(this.agenda.now + this.random.below(PULSE_MS), replica);
    return replica;
  }

  /** Every ten seconds, as long as it lives. */
  private beatAt(at: number, replica: Replica): void {
    const entry = this.agenda.add(at, () => this.beat(replica), true);
    this.beats.set(replica, entry);
  }

  private async beat(replica: Replica): Promise<void> {
    if (replica.life.dead) return void this.beats.delete(replica);
    const began = this.agenda.now;
    void replica.beat().then((looked) => looked && this.chronicle.looked(replica.config, began));
    await this.stillness.comes();
    this.beatAt(began + (await this.idleBeats()) * PERIOD_MS, replica);
  }

  /** Beats until one that may find something to do: those in between, which change nothing, are left out. */
  private async idleBeats(): Promise<number> {
    const { now } = this.agenda;
    const configs = this.alive.map(({ config }) => config);
    const next = Math.min(
      this.agenda.nextAt,
      this.timetable.nextSlot(configs, now),
      await this.nextOfDatabase(),
    );
    return Math.min(Math.max(1, Math.floor((next - now) / PERIOD_MS)), HOUR / PERIOD_MS);
  }

  /** Something has come that nobody foresaw: the next beat of everybody is one that matters. */
  hurry(): void {
    for (const [replica, entry] of this.beats) {
      const ahead = entry.at - this.agenda.now;
      if (ahead <= PERIOD_MS) continue;
      this.agenda.cancel(entry);
      this.beatAt(this.agenda.now + (ahead % PERIOD_MS), replica);
    }
  }

  /** When the database has something to do that does not come by itself. */
  private async nextOfDatabase(): Promise<number> {
    const [row] = await this.db.query<{ at: Date | null }>(
      `SELECT min(at) AS at FROM (
         SELECT due_at AS at FROM slot WHERE state = 'due' AND source = ANY ($1)
          UNION ALL SELECT lease_until FROM slot WHERE state = 'leased'
          UNION ALL SELECT due_at FROM outbox WHERE state = 'pending'
          UNION ALL SELECT lease_until FROM outbox WHERE state = 'sending'
          UNION ALL SELECT greatest(lease_until, due_at) FROM judgement_due) AS coming`,
      [[...new Set(this.alive.flatMap(({ config }) => [...config.sources.keys()]))]],
    );
    const at = row?.at?.getTime() ?? Infinity;
    // what nobody does although it is time need not be looked at for ever
    const waited = (this.waited.get(at) ?? 0) + 1;
    if (at <= this.agenda.now) this.waited.set(at, waited);
    return waited > 60 ? Infinity : at;
  }

  /** Until a moment, one event after the other. */
  async until(moment: number): Promise<void> {
    this.agenda.add(moment, () => undefined);
    while (this.agenda.now < moment) await this.next();
  }

  private async next(): Promise<void> {
    const entry = this.agenda.next();
    if (entry === undefined) throw new Error('nothing happens any more');
    if (entry.at > this.agenda.now) await this.clock.jumpTo(entry.at);
    this.agenda.now = entry.at;
    await entry.happen();
    await this.stillness.comes();
    if (this.snapshotWritten) await this.lookAtSnapshots();
    for (const replica of this.replicas.filter(({ life }) => life.dead)) {
      this.replicas.splice(this.replicas.indexOf(replica), 1);
      this.onDeath(replica);
    }
  }

  private async lookAtSnapshots(): Promise<void> {
    this.snapshotWritten = false;
    await this.chronicle.lookAtSnapshots();
  }

  // ── what people do ──

  /** Somebody sleeps in a transaction: what people do then would wait for it, and is done afterwards. */
  private isInTheWay(again: () => Promise<void>): boolean {
    if (!this.stillness.sleepsInTransaction) return false;
    this.agenda.after(IN_THE_WAY_MS, again);
    return true;
  }

  async resume(source: string): Promise<void> {
    if (this.isInTheWay(() => this.resume(source))) return;
    const [paused] = await this.db.query<{ at: Date }>(
      'SELECT paused_at AS at FROM source WHERE name = $1 AND paused_at IS NOT NULL',
      [source],
    );
    if (paused === undefined) return;
    await new PauseStore(this.db).resume(source, PERSON);
    this.say(`somebody resumes ${source}`);
    this.chronicle.pauses.push({ source, from: paused.at.getTime(), until: this.agenda.now });
  }

  async runNow(source: string): Promise<void> {
    if (this.isInTheWay(() => this.runNow(source))) return;
    const replica = this.random.pick(this.alive.filter(({ life }) => life.still && !life.sleeping));
    if (replica === undefined) return;
    this.say(`somebody runs ${source} by ${replica.life.name}`);
    const asked = replica.pulse.startNow(source, PERSON).then(
      () => undefined,
      (error: unknown) => {
        if (!hasCode(error, 'source-busy', 'source-paused', 'unknown-source', 'stopping')) throw error;
        this.say(`refused: ${(error as Error).message}`);
      },
    );
    asked.catch((error: unknown) => this.say(`run now failed: ${String(error)}`));
    await this.stillness.comes();
  }

  /** Looks at what is held, and believes it. */
  async release(source: string): Promise<void> {
    if (this.isInTheWay(() => this.release(source))) return;
    const held = await this.db.query<{ stream: string; scope: string; held: number }>(
      `SELECT stream, scope, held FROM observation o JOIN source s ON s.name = o.source AND s.last_seq = o.seq
        WHERE source = $1 AND held > 0`,
      [source],
    );
    for (const { stream, scope, held: expected } of held) {
      const order = {
        source,
        stream,
        scope: scope === '' ? '-' : scope,
        expected,
        reason: 'they left',
        actor: PERSON,
      };
      await this.db
        .transaction((tx) => releaseHeld(tx, order))
        .catch((error: unknown) => {
          if (!hasCode(error, 'refused', 'nothing-held')) throw error;
        });
      this.say(`somebody releases ${expected} of ${source} ${stream}/${scope}`);
    }
  }

  async close(): Promise<void> {
    for (const { life } of this.replicas) life.die('as the world ends');
    await this.stillness.layGhosts();
    for (const { server } of this.upstreams.values()) await server.stop();
    await this.clock.close();
    await this.fresh.drop();
  }
}
