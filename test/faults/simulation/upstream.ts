/** One watched system of the site: it changes, it fails, and every state it was ever in is remembered. */
import { EpmmServer } from '../../../demo/estate/epmm-server.js';
import type { Fault } from '../../../demo/estate/simulated-server.js';
import { connection, paging } from '../../../demo/estate/faults.js';
import { dnKey } from '../../../src/access/dn.js';
import type { Claim } from '../../../src/runs/claim.js';
import { createIvantiEpmm } from '../../../src/sources/ivanti-epmm/ivanti-epmm.client.js';
import type { Page, ReadOptions, Source, Step } from '../../../src/sources/source.js';
import { type Lists, upstream } from '../../medium/pipeline/lists.js';
import { Fate, type Random } from '../../medium/pipeline/mutators.js';
import { village } from '../../medium/pipeline/village.js';
import { STREAMS, VISIBLE_FAULTS } from '../../medium/pipeline/visible-faults.js';
import { PASSWORD } from '../../support/pipeline.js';
import type { Agenda } from './agenda.js';
import type { Life } from './life.js';

export interface Version {
  readonly from: number;
  readonly lists: Lists;
  /** `who role space`, of everybody who holds something. */
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

/** And those in which a source asks to wait, which only time can show. */
const FAULTS: readonly Fault[] = [
  ...VISIBLE_FAULTS,
  connection.status(429, { 'retry-after': '45' }),
  connection.status(429, { 'retry-after': '240' }),
];
/** In true time, of which no machine needs so much for a page: none of the faults waits for them. */
const LIMITS = {
  connectMs: 120_000,
  headersMs: 120_000,
  idleMs: 120_000,
  pageMs: 120_000,
  pageBytes: 4 * 1024 ** 2,
};

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
  private readonly fate: Fate;

  private constructor(
    readonly name: string,
    readonly server: EpmmServer,
    private readonly random: Random,
    private readonly agenda: Agenda,
    private readonly say: (words: string) => void,
  ) {
    this.fate = new Fate(server.estate, random);
    this.remember();
  }

  static async open(
    name: string,
    parts: { readonly random: Random; readonly agenda: Agenda; readonly say: (words: string) => void },
  ): Promise<Upstream> {
    const estate = village({ summaryGivesAllSpaces: parts.random.chance(0.5) });
    return new Upstream(name, await EpmmServer.start(estate), parts.random, parts.agenda, parts.say);
  }

  /** Something happens there. */
  strike(): void {
    this.fate.strike();
    this.say(`${this.name}: ${this.fate.told.at(-1)}`);
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

  get refuses(): boolean {
    return this.server.password !== PASSWORD;
  }

  passwordChanges(): void {
    this.server.password = `${PASSWORD} changed`;
  }

  passwordIsGivenBack(): void {
    this.server.password = PASSWORD;
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
    const [faults, mutations] = random.chance(0.5) ? [random.below(3), random.below(3)] : [0, 0];
    const shift = random.chance(0.2);
    for (let n = faults; n > 0; n--) {
      const fault = random.pick(FAULTS) ?? connection.status(503);
      const when = { stream: random.pick(STREAMS), from: 1 + random.below(4), times: 1 + random.below(5) };
      this.say(`${this.name}: ${fault.name}, ${when.stream}, ${when.times} times from ${when.from}`);
      server.inject(fault, when);
    }
    const shifted = random.pick(['users', 'user_summary', 'ldap_entity_summary'] as const);
    if (shift) server.inject(paging.rowReplacedBetweenPages(), { stream: shifted, page: 1, times: 1 });
    for (let n = mutations; n > 0; n--) {
      const something: Fault = { name: 'something happens', ask: () => this.strike() };
      server.inject(something, { stream: random.pick(STREAMS), from: 1 + random.below(8), times: 1 });
    }
    return shift || faults + mutations > 0;
  }

  private pace(): Pace {
    if (this.calm) return QUICK;
    if (this.random.chance(0.03)) return HANGING;
    return this.random.chance(0.2) ? SLOW : QUICK;
  }

  /** The product's own client, whose pages take their time. @param wall what the process believes the time to be */
  connect(life: Life, wall: () => Date): Source {
    const { name, server, random } = this;
    const client = createIvantiEpmm(
      {
        ...{ name, url: server.url, basePath: server.basePath, username: server.username, scopes: null },
        ...{ password: () => PASSWORD, pageSize: 5, limits: LIMITS },
      },
      {
        sleep: (ms, signal) => life.pauseInRequest(ms, signal),
        random: () => 0.1 + random.below(90) / 100,
        now: wall,
      },
    );
    const [least, most] = this.pace();
    const takesTime = async (signal: AbortSignal): Promise<void> => {
      await life.time.sleep(least + random.below(most - least), signal).catch(() => undefined);
    };
    const slowly: Source = Object.create(client) as Source;
    return Object.assign(slowly, {
      ping: async (signal: AbortSignal) => {
        await takesTime(signal);
        return life.request(() => client.ping(signal));
      },
      read: async function* (step: Step, options: ReadOptions): AsyncGenerator<Page> {
        const pages = client.read(step, options);
        for (;;) {
          await takesTime(options.signal);
          const page = await life.request(() => pages.next());
          if (page.done === true) return;
          yield page.value;
        }
      },
      plainSteps: () => client.plainSteps(),
      scopedSteps: (scope: string) => client.scopedSteps(scope),
      close: () => life.request(() => client.close()),
    });
  }

  private remember(): void {
    const { estate } = this.server;
    const { admins, entries } = estate.truth();
    const rights = [
      ...admins.flatMap(({ userId, grants }) =>
        grants.map(({ role, space }) => `${userId} ${role} ${space}`),
      ),
      ...entries.flatMap(({ dn, grants }) =>
        grants.map(({ role, space }) => `${dnKey(dn)} ${role} ${space}`),
      ),
    ];
    this.versions.push({ from: this.agenda.now, lists: upstream(estate), rights: new Set(rights) });
  }
}
