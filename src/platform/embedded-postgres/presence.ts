import type pg from 'pg';
import { connectAlone, isDatabaseError } from '../connect.js';
import { RolewatchError } from '../errors.js';
import type { Cluster } from './cluster.js';
import type { Role } from './credentials.js';
import { findServer, type Server, stopServer } from './server.js';

/** Shared by all who use a server, taken alone by the one who stops it. */
const LOCK = 1_919_904_887;

/**
 * The users of a server are counted by PostgreSQL itself: each holds a shared advisory lock in a session of its own.
 * Who is killed loses the session and with it the lock, so nothing can be stale.
 */
export class Presence {
  private constructor(
    private readonly cluster: Cluster,
    readonly server: Server,
    /** A session of the superuser, in the database `postgres`. */
    readonly session: pg.Client,
  ) {}

  /** @returns undefined if the server is going, or has gone: look again */
  static async enter(cluster: Cluster, server: Server): Promise<Presence | undefined> {
    let session: pg.Client | undefined;
    try {
      session = await connectAlone(urlOf(cluster, server, 'postgres', 'postgres'));
      const { rows } = await session.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock_shared($1) AS taken',
        [LOCK],
      );
      if (rows[0]?.taken) return new Presence(cluster, server, session);
    } catch (error) {
      if (isWrongPassword(error))
        throw new RolewatchError(
          'embedded-postgres',
          `the passwords in postgres.json are not those of the server under ${cluster.folder}`,
          { cause: error },
        );
    }
    await session?.end().catch(() => undefined);
    return undefined;
  }

  /** Lets go of the server; the last one stops it. Whoever comes in between finds the lock taken, and looks again. */
  async leave(): Promise<void> {
    try {
      if (await this.isLast()) await stopServer(this.cluster, this.server);
    } finally {
      await this.session.end().catch(() => undefined);
    }
  }

  private async isLast(): Promise<boolean> {
    if (findServer(this.cluster)?.pid !== this.server.pid) return false;
    await this.session.query('SELECT pg_advisory_unlock_shared($1)', [LOCK]);
    const { rows } = await this.session.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS taken',
      [LOCK],
    );
    return rows[0]?.taken ?? false;
  }

  url(role: Role, database: string): string {
    return urlOf(this.cluster, this.server, role, database);
  }
}

function urlOf(cluster: Cluster, server: Server, role: Role, database: string): string {
  return `postgresql://${role}:${cluster.credentials.passwords[role]}@127.0.0.1:${server.port}/${database}`;
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof RolewatchError && isDatabaseError(error.cause) && error.cause.code.startsWith('28');
}
