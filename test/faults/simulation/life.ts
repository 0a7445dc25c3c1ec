/**
 * A process's life in the simulation: what it asks of the world (statements, pages, pauses) passes through here, one
 * step after the other, and between any two of them it may die, stand still, or lose its connection.
 */
import { finished, Writable } from 'node:stream';
import type pg from 'pg';
import type { Database } from '../../../src/platform/database.js';
import type { OwnTime } from '../../../src/platform/own-time.js';
import type { Agenda } from './agenda.js';
import type { VirtualClock } from './virtual-clock.js';

/** What befalls a process so many steps from now. */
export type Mishap =
  /** No word to anybody: neither a release nor a farewell. */
  | { readonly kind: 'dies' }
  /** `halted`: its own clock stands still, too, as that of a machine that was suspended. */
  | {
      readonly kind: 'sleeps';
      readonly ms: number;
      readonly halted: boolean;
      readonly where: 'outside of transactions' | 'anywhere' | 'about to publish';
    }
  /** PostgreSQL ends the session it was about to use. */
  | { readonly kind: 'is cut off' }
  /** Its next COMMIT takes effect, and the answer is lost. */
  | { readonly kind: 'hears nothing of its commit' };

export interface Surroundings {
  readonly agenda: Agenda;
  readonly clock: VirtualClock;
  readonly say: (words: string) => void;
  /** Somebody may have something new to look at. */
  readonly stir: () => void;
  /** A transaction that wrote a snapshot has ended somehow. */
  readonly snapshotWritten: () => void;
}

/** PostgreSQL ends a session that sleeps inside a transaction: see the options of every connection. */
const IDLE_IN_TRANSACTION_MS = 5 * 60_000;

interface Session {
  readonly client: pg.Client & {
    readonly processID: number;
    readonly connection: { stream: { destroy(): void } };
  };
  inTransaction: boolean;
  writesSnapshot: boolean;
}

/** The statement that a publication begins with: see SlotStore.lockForPublish. */
const FENCE = 'SELECT epoch, state FROM slot';
const NEVER = new Promise<never>(() => undefined);

export class Life {
  dead = false;
  private asleep: { readonly awake: Promise<void>; readonly until: number } | null = null;
  /** Its own clock is so far behind because it stood still. */
  private lost = 0;
  private readonly sessions = new Set<Session>();
  private fate: { stepsLeft: number; readonly mishap: Mishap } | null = null;
  private answerLost = false;
  /** Statements and requests under way. */
  inFlight = 0;
  /** Other work that goes on by itself. */
  private busy = 0;
  steps = 0;

  constructor(
    readonly name: string,
    private readonly world: Surroundings,
  ) {}

  get sleeping(): boolean {
    return this.asleep !== null;
  }

  /** Nothing of it goes on unless something happens. */
  get still(): boolean {
    return this.inFlight === 0 && (this.dead || this.sleeping || this.busy === 0);
  }

  get holdsTransaction(): boolean {
    return [...this.sessions].some(({ inTransaction }) => inTransaction);
  }

  /** In so many steps. One mishap at a time. */
  meets(mishap: Mishap, steps: number): void {
    this.fate ??= { stepsLeft: steps, mishap };
  }

  spare(): void {
    this.fate = null;
    this.answerLost = false;
  }

  readonly time: OwnTime = {
    now: () => this.world.agenda.now - this.lost,
    sleep: (ms, signal) => this.pause(ms, signal),
  };

  /** As a request waits before it is tried again: it is not under way meanwhile. */
  async pauseInRequest(ms: number, signal: AbortSignal): Promise<void> {
    this.inFlight--;
    this.world.stir();
    try {
      await this.pause(ms, signal);
    } finally {
      this.inFlight++;
    }
  }

  private pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const aborted = (): void => {
        this.world.agenda.cancel(entry);
        if (!this.dead) reject(signal?.reason as Error);
      };
      const wake = (): void => {
        if (this.dead) return;
        if (this.asleep !== null) {
          entry = this.world.agenda.add(this.asleep.until + 1, wake, true);
          return;
        }
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      let entry = this.world.agenda.after(ms, wake, true);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Work that goes on without anybody waiting for it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
      this.world.stir();
    }
  }

  /** A request to another system. */
  async request<T>(work: () => Promise<T>): Promise<T> {
    await this.step('a page');
    return this.flight(work);
  }

  private async flight<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight++;
    try {
      return await work();
    } finally {
      this.inFlight--;
      this.world.stir();
      await this.goesOn();
    }
  }

  /** Everything that its pool sends is a step. */
  guard({ pool }: Database): void {
    pool.on('connect', (client) => this.guardSession(client as unknown as Session['client']));
    const connect = pool.connect.bind(pool) as (...args: unknown[]) => Promise<pg.PoolClient>;
    const guarded = (...args: unknown[]): unknown => {
      if (this.dead) return args.length > 0 ? undefined : NEVER;
      const [callback] = args as [((...answer: unknown[]) => void)?];
      this.inFlight++;
      const landed = (): void => {
        this.inFlight--;
        this.world.stir();
      };
      if (callback === undefined) return connect().finally(landed);
      return connect((...answer: unknown[]) => {
        landed();
        callback(...answer);
      });
    };
    pool.connect = guarded as typeof pool.connect;
  }

  private guardSession(client: Session['client']): void {
    const session: Session = { client, inTransaction: false, writesSnapshot: false };
    this.sessions.add(session);
    client.on('end', () => this.sessions.delete(session));
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const guarded = (...args: unknown[]): unknown => {
      const [config, ...rest] = args;
      if (config instanceof Writable) return this.copy(config, () => query(...args));
      const callback =
        typeof rest.at(-1) === 'function' ? (rest.pop() as (...answer: unknown[]) => void) : null;
      const text = typeof config === 'string' ? config : (config as { text: string }).text;
      const answer = this.statement(session, text, () => query(config, ...rest) as Promise<unknown>);
      if (callback === null) return answer;
      answer.then(
        (result) => callback(null, result),
        (error: unknown) => callback(error),
      );
      return undefined;
    };
    client.query = guarded as typeof client.query;
  }

  /** COPY: part of the step before it, but under way until the server has taken all of it. */
  private copy(stream: Writable, send: () => unknown): unknown {
    this.inFlight++;
    finished(stream, () => {
      this.inFlight--;
      this.world.stir();
    });
    return send();
  }

  private async statement(session: Session, text: string, send: () => Promise<unknown>): Promise<unknown> {
    await this.step(text, session);
    if (text === 'BEGIN') session.inTransaction = true;
    if (text.startsWith('INSERT INTO snapshot')) session.writesSnapshot = true;
    const ends = text === 'COMMIT' || text === 'ROLLBACK';
    try {
      return await this.flight(async () => {
        const result = await send();
        if (text === 'COMMIT' && this.answerLost) {
          this.answerLost = false;
          this.world.say(`${this.name} hears nothing of its commit`);
          session.client.connection.stream.destroy();
          throw new Error('Connection terminated unexpectedly');
        }
        return result;
      });
    } finally {
      if (ends) {
        session.inTransaction = false;
        if (session.writesSnapshot) this.world.snapshotWritten();
        session.writesSnapshot = false;
      }
    }
  }

  private async step(what: string, session?: Session): Promise<void> {
    await this.goesOn();
    this.steps++;
    if (this.fate !== null && --this.fate.stepsLeft <= 0) await this.suffer(this.fate.mishap, what, session);
  }

  private async suffer(mishap: Mishap, what: string, session?: Session): Promise<void> {
    const within = session?.inTransaction === true;
    if (mishap.kind === 'sleeps' && mishap.where === 'outside of transactions' && within) return; // later
    if (mishap.kind === 'sleeps' && mishap.where === 'about to publish' && !what.startsWith(FENCE)) return;
    if (mishap.kind === 'is cut off' && session === undefined) return; // at its next statement
    this.fate = null;
    const where = `${within ? 'in a transaction, ' : ''}before ${what.trim().replace(/\s+/g, ' ').slice(0, 50)}`;
    switch (mishap.kind) {
      case 'dies':
        await this.die(where);
        return this.goesOn();
      case 'sleeps':
        this.sleep(mishap.ms, mishap.halted, where);
        return this.goesOn();
      case 'is cut off':
        this.world.say(`${this.name} is cut off ${where}`);
        this.inFlight++;
        if (session) await this.world.clock.endSession(session.client.processID);
        this.inFlight--;
        return;
      case 'hears nothing of its commit':
        this.answerLost = true;
    }
  }

  /** Comes back at once, as soon as it is awake, or never. */
  private async goesOn(): Promise<void> {
    while (this.asleep !== null && !this.dead) {
      this.world.stir();
      await this.asleep.awake;
    }
    if (!this.dead) return;
    this.world.stir();
    await NEVER;
  }

  async die(where = 'between two looks'): Promise<void> {
    if (this.dead) return;
    this.world.say(`${this.name} dies ${where}`);
    this.dead = true;
    const pids = [...this.sessions].map(({ client }) => client.processID);
    for (const { client, writesSnapshot } of this.sessions) {
      if (writesSnapshot) this.world.snapshotWritten();
      client.connection.stream.destroy();
    }
    this.inFlight++;
    await this.world.clock.sessionsEnd(pids);
    this.inFlight--;
    this.world.stir();
  }

  sleep(ms: number, halted: boolean, where = 'between two looks'): void {
    if (this.dead || this.asleep !== null) return;
    const { agenda, clock, say } = this.world;
    say(`${this.name} ${halted ? 'is suspended' : 'sleeps'} for ${Math.round(ms / 1000)} s, ${where}`);
    const until = agenda.now + ms;
    let wake: () => void = () => undefined;
    this.asleep = { awake: new Promise((resolve) => (wake = resolve)), until };
    agenda.add(until, () => {
      if (halted) this.lost += ms;
      this.asleep = null;
      if (!this.dead) say(`${this.name} wakes`);
      wake();
    });
    if (ms <= IDLE_IN_TRANSACTION_MS) return;
    agenda.after(IDLE_IN_TRANSACTION_MS, async () => {
      for (const { client, inTransaction } of this.sessions)
        if (inTransaction) await clock.endSession(client.processID);
    });
  }
}
