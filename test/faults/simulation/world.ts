/** A site in virtual time: sources, processes, people, and one thing after the other. */
import { appendFileSync } from 'node:fs';
import type { Database } from '../../../src/platform/database.js';
import { PULSE_MS } from '../../../src/runs/timing.js';
import { type Random, seeded } from '../../medium/pipeline/mutators.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { Agenda, DAY, HOUR } from './agenda.js';
import { Chronicle } from './chronicle.js';
import { Life, type Surroundings } from './life.js';
import { type Paced, Pacemaker } from './pacemaker.js';
import { People } from './people.js';
import { Post } from './post.js';
import { Replica, type SiteConfig } from './replica.js';
import { Stillness } from './stillness.js';
import type { Timetable } from './timetable.js';
import { Upstream } from './upstream.js';
import { VirtualClock } from './virtual-clock.js';
import type { Watchable } from './watchable.js';
import { watchableTeam } from './watchable-team.js';
import { watchableVillage } from './watchable-village.js';

/** The source that is a team of mambo EMM; all others are EPMM servers. */
export const TEAM = 'field';

/** A file to which every step goes at once: for a simulation that does not come to its end. */
const TRACE = process.env['ROLEWATCH_TRACE'];
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
  readonly people = new People(this);
  readonly stillness: Stillness;
  private readonly pacemaker: Pacemaker;
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
    this.pacemaker = new Pacemaker(this.paced());
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
    const world = new World(fresh, clock, timetable, seed, start);
    const { random, agenda } = world;
    const parts = { random, agenda, say: (words: string) => world.say(words) };
    for (const name of timetable.beginning.keys())
      world.upstreams.set(name, new Upstream(name, await watchable(name, random), parts));
    return world;
  }

  private paced(): Paced {
    const alive = () => this.alive;
    return {
      ...{ db: this.db, agenda: this.agenda, timetable: this.timetable },
      beat: (replica) => this.beat(replica),
      get alive() {
        return alive();
      },
    };
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
    const { config, upstreams, fresh } = this;
    this.say(
      `${life.name} starts with ${[...config.sources.keys()].join(', ')}; its clock is ${wrongMs / 1000} s ahead`,
    );
    const replica = new Replica({
      ...{
        life,
        config,
        upstreams,
        wrongMs,
        appUrl: fresh.appUrl,
        channel: this.post.channelOf(life),
      },
      say: (words) => this.say(words),
      runBegins: () => this.mischief(life),
      runEnds: () => this.pacemaker.hurry(),
    });
    this.replicas.push(replica);
    this.pacemaker.beatAt(this.agenda.now + this.random.below(PULSE_MS), replica);
    return replica;
  }

  /** One look of a process, until nothing goes on by itself any more. */
  private async beat(replica: Replica): Promise<void> {
    const began = this.agenda.now;
    void replica.beat().then((looked) => looked && this.chronicle.services.looked(replica.config, began));
    await this.stillness.comes();
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
    await this.chronicle.witness.lookAtSnapshots();
  }

  async close(): Promise<void> {
    for (const { life } of this.replicas) life.die('as the world ends');
    await this.stillness.layGhosts();
    for (const { watched } of this.upstreams.values()) await watched.server.stop();
    await this.clock.close();
    await this.fresh.drop();
  }
}

const watchable = (name: string, random: Random): Promise<Watchable> =>
  name === TEAM ? watchableTeam(`${name}-team`, random) : watchableVillage(random);
