/** A process's connections to the database: every statement is a step of its life, and pg's own timers go by virtual time. */
import { finished, Writable } from 'node:stream';
import type pg from 'pg';
import type { Database } from '../../../src/platform/database.js';
import { unanswered } from '../../../src/platform/database-away.js';
import type { Agenda } from './agenda.js';

export interface Session {
  readonly client: pg.Client & {
    readonly processID: number;
    readonly connection: { stream: { destroy(): void } };
  };
  inTransaction: boolean;
  writesSnapshot: boolean;
}

/** Whose they are. */
export interface Owner {
  readonly dead: boolean;
  /** Comes back when the process may go on, or never. */
  readonly step: (what: string, session: Session) => Promise<void>;
  readonly flight: <T>(work: () => Promise<T>) => Promise<T>;
  /** The same in two parts, for what is no promise. */
  readonly takesOff: () => void;
  readonly lands: () => void;
  /** The answer to a COMMIT is lost. */
  readonly hearsNothing: () => boolean;
}

export interface Server {
  readonly agenda: Agenda;
  /** A transaction that wrote a snapshot has ended somehow. */
  readonly snapshotWritten: () => void;
  /** The client of this session is gone; the server may not have noticed. */
  readonly abandoned: (pid: number) => void;
}

type Callback = (...answer: unknown[]) => void;
type Config = string | { readonly text: string; readonly query_timeout?: number };

/** As long as the product waits for a connection: see Database. */
const CONNECT_TIMEOUT_MS = 10_000;
const NEVER = new Promise<never>(() => undefined);

export class Sessions {
  private readonly open = new Set<Session>();
  private pool: pg.Pool | null = null;

  constructor(
    private readonly owner: Owner,
    private readonly server: Server,
  ) {}

  get inTransaction(): Session[] {
    return [...this.open].filter(({ inTransaction }) => inTransaction);
  }

  /** How many wait for a connection, because all are taken. */
  get waiting(): number {
    return this.pool?.waitingCount ?? 0;
  }

  guard({ pool }: Database): void {
    this.pool = pool;
    pool.options.connectionTimeoutMillis = 0; // ours is in virtual time
    pool.on('connect', (client) => this.guardSession(client as unknown as Session['client']));
    const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
    const guarded = (callback?: Callback): unknown => {
      if (this.owner.dead) return callback === undefined ? NEVER : undefined;
      this.owner.takesOff();
      const connected = this.connected(connect()).finally(this.owner.lands);
      if (callback === undefined) return connected;
      connected.then(
        (client) => callback(null, client, client.release),
        (error: unknown) => callback(error, undefined, () => undefined),
      );
      return undefined;
    };
    pool.connect = guarded as typeof pool.connect;
  }

  /** One that comes too late goes back to the others. */
  private connected(connecting: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
    const tooLate = new Error('timeout exceeded when trying to connect');
    return this.inTime(CONNECT_TIMEOUT_MS, connecting, tooLate, (client) => client.release());
  }

  private guardSession(client: Session['client']): void {
    const session: Session = { client, inTransaction: false, writesSnapshot: false };
    this.open.add(session);
    client.on('end', () => this.close(session));
    if (this.owner.dead) return this.cut(session);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const guarded = (...args: unknown[]): unknown => {
      const [config, ...rest] = args;
      if (config instanceof Writable) return this.copy(config, () => query(...args));
      const callback = typeof rest.at(-1) === 'function' ? (rest.pop() as Callback) : null;
      const answer = this.statement(session, config as Config, (timeless) => query(timeless, ...rest));
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
    this.owner.takesOff();
    finished(stream, this.owner.lands);
    return send();
  }

  private async statement(
    session: Session,
    config: Config,
    send: (timeless: Config) => unknown,
  ): Promise<unknown> {
    const { text, query_timeout: limitMs } = typeof config === 'string' ? { text: config } : config;
    await this.owner.step(text, session);
    if (text === 'BEGIN') session.inTransaction = true;
    if (text.startsWith('INSERT INTO snapshot')) session.writesSnapshot = true;
    const sent = (): Promise<unknown> => {
      if (limitMs === undefined || typeof config === 'string') return send(config) as Promise<unknown>;
      const answer = send({ ...config, query_timeout: 0 }) as Promise<unknown>;
      return this.inTime(limitMs, answer, unanswered());
    };
    try {
      return await this.owner.flight(async () => {
        const result = await sent();
        if (text === 'COMMIT' && this.owner.hearsNothing()) {
          session.client.connection.stream.destroy();
          throw new Error('Connection terminated unexpectedly');
        }
        return result;
      });
    } finally {
      if (text === 'COMMIT' || text === 'ROLLBACK') this.ends(session);
    }
  }

  private inTime<T>(
    ms: number,
    coming: Promise<T>,
    tooLate: Error,
    late: (result: T) => void = () => undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let over = false;
      const limit = this.server.agenda.after(
        ms,
        () => {
          over = true;
          reject(tooLate);
        },
        true,
      );
      coming
        .then((result) => (over ? late(result) : resolve(result)), reject)
        .finally(() => this.server.agenda.cancel(limit));
    });
  }

  private ends(session: Session): void {
    if (session.writesSnapshot) this.server.snapshotWritten();
    session.inTransaction = false;
    session.writesSnapshot = false;
  }

  private close(session: Session): void {
    if (!this.open.delete(session)) return;
    this.ends(session);
    this.server.abandoned(session.client.processID);
  }

  private cut(session: Session): void {
    this.close(session);
    session.client.connection.stream.destroy();
  }

  /** As the kernel does when a process is gone. */
  cutAll(): void {
    for (const session of this.open) this.cut(session);
  }
}
