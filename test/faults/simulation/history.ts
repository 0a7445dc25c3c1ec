/** What happens to a site, drawn from a seed: weeks in which everything goes wrong, and days in which nothing does. */
import type { Schedule } from '../../../src/platform/slots.js';
import type { Life, Mishap } from './life.js';
import type { Replica } from './replica.js';
import { Timetable } from './timetable.js';
import { DAY, HOUR, MINUTE, SECOND } from './agenda.js';
import { TEAM, World } from './world.js';

/** Beginnings a few days before clocks change somewhere. */
const BEGINNINGS = [
  '2026-10-22T09:00:00Z', // Berlin on the 25th, New York on 1 November
  '2027-03-11T20:00:00Z', // New York on the 14th
  '2027-03-25T05:00:00Z', // Berlin on the 28th; Lord Howe on 4 April, by half an hour
  '2026-10-01T12:00:00Z', // Lord Howe on the 4th
];

const SCHEDULES: readonly Schedule[] = [
  { expression: '30 2 * * *', timezone: 'Europe/Berlin' },
  { expression: '30 1 * * *', timezone: 'America/New_York' },
  { expression: '15 2,14 * * *', timezone: 'Australia/Lord_Howe' },
  { expression: '0 */8 * * *', timezone: 'Europe/Berlin' },
  { expression: '5 2 * * 1-6', timezone: 'America/New_York' },
  { expression: '45 1,13 * * *', timezone: 'UTC' },
];
/** EPMM servers, and a team of mambo EMM. */
const NAMES = ['hq', TEAM, 'plant'];
const PLACES = 2;

export class History {
  /** Everything goes wrong until then. */
  private readonly trouble: number;
  private out = false;

  private constructor(
    readonly world: World,
    private readonly end: number,
    days: number,
  ) {
    this.trouble = world.agenda.now + days * DAY;
    world.mischief = (life) => this.meddle(life);
    world.onDeath = (replica) => this.replace(replica);
  }

  static async begin(seed: number, days: number): Promise<History> {
    const start = Date.parse(BEGINNINGS[seed % BEGINNINGS.length] ?? '');
    const end = start + (days + 2.25) * DAY;
    // two or three sources, each with a schedule of its own
    const sources = NAMES.slice(0, seed % 3 === 0 ? 2 : 3);
    const chosen = sources.map((name, i): [string, Schedule] => [
      name,
      SCHEDULES[(seed + i * 2) % SCHEDULES.length] ?? { expression: '0 3 * * *', timezone: 'UTC' },
    ]);
    const world = await World.open(new Timetable(new Map(chosen), start, end + 5 * DAY), seed, start);
    return new History(world, end, days);
  }

  async live(): Promise<string[]> {
    const { world } = this;
    for (let n = 0; n < PLACES; n++) world.start();
    this.plan();
    await world.until(this.trouble);
    return this.calm();
  }

  private plan(): void {
    const { agenda, random } = this.world;
    let at = agenda.now + HOUR;
    while (at < this.trouble) {
      agenda.add(at, () => this.happen());
      at += (0.3 + random.below(100) / 25) * HOUR;
    }
  }

  private get happenings(): readonly [number, () => void | Promise<void>][] {
    return [
      [30, () => this.strike()],
      [9, () => this.mishapOf(this.anybody())],
      [7, () => this.goDown()],
      [6, () => this.loseThePassword()],
      [8, () => this.world.people.runNow(this.source())],
      [8, () => this.world.people.releaseAll()],
      [3, () => this.outage()],
      [4, () => this.reconfigure()],
      [3, () => this.leaveOut()],
      [4, () => this.mailGoesDown()],
      [5, () => void this.anybody()?.stop()],
    ];
  }

  private async happen(): Promise<void> {
    const { random } = this.world;
    const all = this.happenings;
    let drawn = random.below(all.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, happen] of all) {
      drawn -= weight;
      if (drawn < 0) return happen();
    }
  }

  private source(): string {
    return this.world.random.pick([...this.world.upstreams.keys()]) ?? 'hq';
  }

  private anybody(): Replica | undefined {
    return this.world.random.pick(this.world.alive.filter(({ life }) => !life.sleeping));
  }

  private strike(): void {
    const upstream = this.world.upstreams.get(this.source());
    for (let n = 1 + this.world.random.below(4); n > 0; n--) upstream?.strike();
  }

  private mishap(): Mishap {
    const { random } = this.world;
    const kind = random.below(10);
    if (kind < 4) return { kind: 'dies' };
    if (kind === 4) return { kind: 'is cut off' };
    if (kind === 5) return { kind: 'hears nothing of its commit' };
    const ms = random.pick([40 * SECOND, 150 * SECOND, 10 * MINUTE, 3 * HOUR]) ?? MINUTE;
    const where = random.pick(['outside of transactions', 'outside of transactions', 'anywhere'] as const);
    return { kind: 'sleeps', ms, halted: random.chance(0.4), where: where ?? 'anywhere' };
  }

  private mishapOf(replica: Replica | undefined): void {
    replica?.life.meets(this.mishap(), 1 + this.world.random.below(60));
  }

  /** While it reads. */
  private meddle(life: Life): void {
    const { random, agenda } = this.world;
    if (agenda.now >= this.trouble) return;
    if (random.chance(0.3)) life.meets(this.mishap(), 1 + random.below(160));
    // all has been read, and the lease runs out before it is published
    else if (random.chance(0.15))
      life.meets(
        { kind: 'sleeps', ms: 200 * SECOND, halted: random.chance(0.4), where: 'about to publish' },
        1,
      );
  }

  private goDown(): void {
    const { random, agenda, upstreams, say } = this.of();
    const upstream = upstreams.get(this.source());
    const ms = random.pick([10 * MINUTE, 5 * HOUR, 30 * HOUR, 60 * HOUR]) ?? HOUR;
    say(`${upstream?.name} is down for ${ms / MINUTE} min`);
    upstream?.goesDown();
    agenda.after(ms, () => upstream?.comesBack());
  }

  private loseThePassword(): void {
    const { random, agenda, upstreams, say } = this.of();
    const upstream = upstreams.get(this.source());
    if (upstream === undefined || upstream.watched.refuses) return;
    upstream.watched.refuses = true;
    say(`${upstream.name}: the password is another one`);
    agenda.after((4 + random.below(40)) * HOUR, () => {
      upstream.watched.refuses = false;
      return this.world.people.resume(upstream.name);
    });
    // somebody believes that it is right again, and is wrong
    if (random.chance(0.3)) agenda.after(3 * HOUR, () => this.world.people.resume(upstream.name));
  }

  /** Nobody runs for a while. */
  private outage(): void {
    const { random, agenda, say } = this.of();
    const ms = (2 + random.below(50)) * HOUR;
    say(`nobody runs for ${ms / HOUR} h`);
    this.out = true;
    for (const { life } of this.world.alive) life.die();
    agenda.after(ms, () => this.allStart());
  }

  private allStart(): void {
    this.out = false;
    while (this.world.alive.length < PLACES) this.world.start();
  }

  private reconfigure(): void {
    const { random } = this.world;
    const source = this.source();
    const schedule = random.pick(SCHEDULES);
    if (schedule === undefined || !this.world.config.sources.has(source)) return;
    this.world.say(`${source} is to be read at ${schedule.expression} ${schedule.timezone}`);
    this.deploy(new Map([...this.world.config.sources, [source, schedule]]));
  }

  private leaveOut(): void {
    const { random, agenda } = this.world;
    const source = this.source();
    const schedule = this.world.config.sources.get(source);
    if (schedule === undefined || this.world.config.sources.size < 2) return;
    this.world.say(`${source} is left out`);
    this.deploy(new Map([...this.world.config.sources].filter(([name]) => name !== source)));
    agenda.after(random.pick([20 * MINUTE, 5 * HOUR, 40 * HOUR]) ?? HOUR, () => {
      this.world.say(`${source} is brought back`);
      this.deploy(new Map([...this.world.config.sources, [source, schedule]]));
    });
  }

  /** One process after the other is started anew, some minutes apart. */
  private deploy(sources: ReadonlyMap<string, Schedule>): void {
    const { agenda } = this.world;
    this.world.config = { sources };
    this.world.alive.forEach((replica, i) => {
      agenda.after(i * 4 * MINUTE, () => void replica.stop());
    });
  }

  private mailGoesDown(): void {
    const { random, agenda, post } = this.world;
    post.down = true;
    agenda.after((1 + random.below(10)) * HOUR, () => void (post.down = false));
  }

  private replace(_gone: Replica): void {
    const { random, agenda } = this.world;
    const soon = agenda.now >= this.trouble || random.chance(0.6);
    const ms = soon ? 5 * SECOND : (1 + random.below(300)) * MINUTE;
    agenda.after(ms, () => {
      if (!this.out && this.world.alive.length < PLACES) this.world.start();
    });
  }

  private of() {
    const { random, agenda, upstreams } = this.world;
    return { random, agenda, upstreams, say: (words: string) => this.world.say(words) };
  }

  /** Nothing goes wrong any more. What was held is released, and then the store has to say what is so. */
  private async calm(): Promise<string[]> {
    const { world } = this;
    const { agenda, upstreams, timetable, post } = world;
    world.say('everything is well');
    [post.calm, post.down] = [true, false];
    for (const upstream of upstreams.values()) {
      upstream.calm = true;
      upstream.comesBack();
      upstream.watched.refuses = false;
    }
    for (const { life } of world.alive) life.spare();
    this.allStart();
    if (world.config.sources.size < timetable.beginning.size)
      this.deploy(new Map([...timetable.beginning, ...world.config.sources]));
    await world.until(agenda.now + 4 * HOUR); // whoever sleeps has woken up
    for (const name of upstreams.keys()) await world.people.resume(name);
    const wellSince = agenda.now;
    await world.until(this.end - 20 * HOUR);
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const name of upstreams.keys()) {
        await world.people.runNow(name);
        await world.until(agenda.now + 4 * MINUTE);
        await world.people.release(name);
      }
    }
    await world.until(agenda.now + 30 * MINUTE);
    return world.chronicle.atTheEnd(wellSince, post, world.config);
  }
}
