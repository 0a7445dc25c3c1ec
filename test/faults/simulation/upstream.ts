/** One watched system of the site: it changes, it fails, and every state it was ever in is remembered. */
import type { Fault } from '../../../demo/estate/simulated-server.js';
import { connection, paging } from '../../../demo/estate/faults.js';
import type { Claim } from '../../../src/runs/claim.js';
import type { Page, ReadOptions, Source, Step } from '../../../src/sources/source.js';
import type { Lists } from '../../medium/pipeline/lists.js';
import type { Random } from '../../medium/pipeline/mutators.js';
import type { Agenda } from './agenda.js';
import type { Life } from './life.js';
import type { Watchable } from './watchable.js';

export interface Version {
  readonly from: number;
  readonly lists: Lists;
  /** `who right scope`, of everybody who holds something. */
  readonly rights: ReadonlySet<string>;
}

/** One attempt to read it, as the world saw it. */
export interface Reading {
  readonly claim: Claim;
  readonly life: Life;
  /** Index of the version it began with. */
  readonly first: number;
  /** Something lied, or happened, while it was read. */
  disturbed: boolean;
  over: boolean;
}

/** In which a source asks to wait, which only time can show. */
const ASKING_TO_WAIT: readonly Fault[] = [
  connection.status(429, { 'retry-after': '45' }),
  connection.status(429, { 'retry-after': '240' }),
];

/** How long a page takes, in milliseconds of the virtual time. */
type Pace = readonly [least: number, most: number];
const QUICK: Pace = [50, 900];
const SLOW: Pace = [4_000, 25_000];
const HANGING: Pace = [120_000, 900_000];

export class Upstream {
  readonly versions: Version[] = [];
  readonly readings: Reading[] = [];
  /** Nothing lies, nothing is slow, and nothing happens while it is read. */
  calm = false;
  private down = false;

  constructor(
    readonly name: string,
    readonly watched: Watchable,
    private readonly parts: {
      readonly random: Random;
      readonly agenda: Agenda;
      readonly say: (words: string) => void;
    },
  ) {
    this.remember();
  }

  /** Something happens there. */
  strike(): void {
    this.say(this.watched.strike());
    this.remember();
    for (const reading of this.current) reading.disturbed = true;
  }

  goesDown(): void {
    this.down = true;
    this.server.heal();
    this.server.inject(connection.status(503));
  }

  comesBack(): void {
    this.down = false;
    this.server.heal();
  }

  private get server() {
    return this.watched.server;
  }

  private get random(): Random {
    return this.parts.random;
  }

  private say(words: string): void {
    this.parts.say(`${this.name}: ${words}`);
  }

  /** Readings of processes that still live. */
  get current(): Reading[] {
    return this.readings.filter(({ over, life }) => !over && !life.dead);
  }

  readingOf(runId: bigint): Reading | undefined {
    return this.readings.find(({ claim }) => claim.runId === runId);
  }

  begin(claim: Claim, life: Life): Reading {
    const alone = this.current.length === 0;
    const reading = {
      claim,
      life,
      first: this.versions.length - 1,
      disturbed: this.down || !alone,
      over: false,
    };
    this.readings.push(reading);
    if (alone && !this.down) this.server.heal();
    if (alone && !this.down && !this.calm) reading.disturbed = this.misbehave();
    return reading;
  }

  /** Every state it was in since a reading began. */
  statesSince({ first }: Reading): Lists[] {
    return this.versions.slice(first).map(({ lists }) => lists);
  }

  /** Of one reading at a time: two that met the same shift would agree on a lie. @returns whether anything is wrong */
  private misbehave(): boolean {
    const { random, server } = this;
    const { streams, paged } = this.watched;
    const [faults, mutations] = random.chance(0.5) ? [random.below(3), random.below(3)] : [0, 0];
    const shift = random.chance(0.2);
    for (let n = faults; n > 0; n--) this.inject();
    if (shift)
      server.inject(paging.rowReplacedBetweenPages(), { stream: random.pick(paged), page: 1, times: 1 });
    for (let n = mutations; n > 0; n--) {
      const something: Fault = { name: 'something happens', ask: () => this.strike() };
      server.inject(something, { stream: random.pick(streams), from: 1 + random.below(8), times: 1 });
    }
    return shift || faults + mutations > 0;
  }

  private inject(): void {
    const { random, server } = this;
    const { streams, faults, ownFaults } = this.watched;
    const own = random.chance(0.3) ? random.pick(ownFaults) : undefined;
    const fault = own?.fault ?? random.pick([...faults, ...ASKING_TO_WAIT]) ?? connection.status(503);
    const stream = own?.stream ?? random.pick(streams) ?? '';
    const when = { stream, from: 1 + random.below(4), times: 1 + random.below(5) };
    this.say(`${fault.name}, ${stream}, ${when.times} times from ${when.from}`);
    server.inject(fault, when);
  }

  private pace(): Pace {
    if (this.calm) return QUICK;
    if (this.random.chance(0.03)) return HANGING;
    return this.random.chance(0.2) ? SLOW : QUICK;
  }

  /** The product's own client, whose pages take their time. @param wall what the process believes the time to be */
  connect(life: Life, wall: () => Date): Source {
    const { name, random } = this;
    const client = this.watched.client(name, {
      sleep: (ms, signal) => life.pauseInRequest(ms, signal),
      random: () => 0.1 + random.below(90) / 100,
      now: wall,
    });
    const [least, most] = this.pace();
    const takesTime = async (signal: AbortSignal): Promise<void> => {
      await life.time.sleep(least + random.below(most - least), signal).catch(() => undefined);
    };
    const ping = client.ping.bind(client);
    const read = client.read.bind(client);
    const close = client.close.bind(client);
    return Object.assign(client, {
      ping: async (signal: AbortSignal) => {
        await takesTime(signal);
        return life.request(() => ping(signal));
      },
      read: async function* (step: Step, options: ReadOptions): AsyncGenerator<Page> {
        const pages = read(step, options)[Symbol.asyncIterator]();
        for (;;) {
          await takesTime(options.signal);
          const page = await life.request(() => pages.next());
          if (page.done === true) return;
          yield page.value;
        }
      },
      close: () => life.request(close),
    });
  }

  private remember(): void {
    const { watched, parts } = this;
    this.versions.push({ from: parts.agenda.now, lists: watched.lists(), rights: watched.rights() });
  }
}
