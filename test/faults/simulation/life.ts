/**
 * A process's life in the simulation: what it asks of the world (statements, pages, pauses) passes through here, one
 * step after the other, and between any two of them it may die, stand still, or lose its connection.
 */
import type { OwnTime } from '../../../src/platform/own-time.js';
import { type Server, type Session, Sessions } from './sessions.js';
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

export interface Surroundings extends Server {
  readonly clock: VirtualClock;
  readonly say: (words: string) => void;
  /** Somebody may have something new to look at. */
  readonly stir: () => void;
}

/** PostgreSQL ends a session that sleeps inside a transaction: see the options of every connection. */
const IDLE_IN_TRANSACTION_MS = 5 * 60_000;

/** The statement that a publication begins with: see SlotStore.lockForPublish. */
const FENCE = 'SELECT epoch, state FROM slot';
const NEVER = new Promise<never>(() => undefined);

export class Life {
  dead = false;
  private asleep: { readonly awake: Promise<void>; readonly until: number } | null = null;
  /** Its own clock is so far behind because it stood still. */
  private lost = 0;
  /** Its connections to the database. */
  readonly sessions: Sessions;
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
  ) {
    this.sessions = new Sessions(this, world);
  }

  get sleeping(): boolean {
    return this.asleep !== null;
  }

  /** Nothing of it goes on unless something happens: a connection, too, comes free only if something does. */
  get still(): boolean {
    return this.inFlight === this.waiting && (this.dead || this.sleeping || this.busy === 0);
  }

  get holdsTransaction(): boolean {
    return this.sessions.inTransaction.length > 0;
  }

  /** Of what is under way, what waits for a connection. */
  get waiting(): number {
    return this.sessions.waiting;
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

  async flight<T>(work: () => Promise<T>): Promise<T> {
    this.takesOff();
    try {
      return await work();
    } finally {
      this.lands();
      await this.goesOn();
    }
  }

  readonly takesOff = (): void => {
    this.inFlight++;
  };

  readonly lands = (): void => {
    this.inFlight--;
    this.world.stir();
  };

  hearsNothing(): boolean {
    if (!this.answerLost) return false;
    this.answerLost = false;
    this.world.say(`${this.name} hears nothing of its commit`);
    return true;
  }

  async step(what: string, session?: Session): Promise<void> {
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
        this.die(where);
        return this.goesOn();
      case 'sleeps':
        this.sleep(mishap.ms, mishap.halted, where);
        return this.goesOn();
      case 'is cut off':
        this.world.say(`${this.name} is cut off ${where}`);
        this.takesOff();
        if (session) await this.world.clock.endSession(session.client.processID);
        this.lands();
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

  die(where = 'between two looks'): void {
    if (this.dead) return;
    this.world.say(`${this.name} dies ${where}`);
    this.dead = true;
    this.sessions.cutAll();
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
      for (const { client } of this.sessions.inTransaction) await clock.endSession(client.processID);
    });
  }
}
