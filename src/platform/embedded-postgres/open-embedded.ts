import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { RolewatchError } from '../errors.js';
import { type Cluster, openCluster } from './cluster.js';
import type { Role } from './credentials.js';
import { Presence } from './presence.js';
import { findServer, startServer } from './server.js';

export interface EmbeddedOptions {
  /** The server's files are `postgres/`, `postgres.json` and `postgres.log` in this folder. */
  readonly dataDir: string;
  /** false gives up crash safety for speed, if this call starts the server: for tests. */
  readonly durable?: boolean;
}

export interface Embedded {
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** The superuser's: for development tools and tests, which make databases of their own. */
  readonly adminUrl: string;
  /** The last of all processes that use the folder stops the server. */
  close(): Promise<void>;
}

const DATABASE = 'rolewatch';
const OWNER: Role = 'rolewatch_owner';
const APP: Role = 'rolewatch_app';
/** After a crash the server replays its log first. */
const START_LIMIT_MS = 5 * 60_000;
const POLL_MS = 50;

/**
 * A PostgreSQL from npm under a data folder, shared by all processes that open the same folder: the first starts it,
 * the others find it, the last stops it. If it dies meanwhile, it is started again at the same port.
 * @throws RolewatchError `embedded-postgres`
 */
export async function openEmbedded({ dataDir, durable = true }: EmbeddedOptions): Promise<Embedded> {
  const cluster = await openCluster(dataDir, durable);
  const membership = new Membership(cluster);
  const presence = await membership.join();
  await ensureDatabase(presence.session, cluster);
  return {
    ownerUrl: presence.url(OWNER, DATABASE),
    appUrl: presence.url(APP, DATABASE),
    adminUrl: presence.url('postgres', 'postgres'),
    close: () => membership.leave(),
  };
}

/** Being a user of the server, also after it died and came back. */
class Membership {
  private presence: Promise<Presence> | undefined;
  private left = false;

  constructor(private readonly cluster: Cluster) {}

  join(): Promise<Presence> {
    this.presence = enter(this.cluster);
    void this.presence.then(
      (presence) => presence.session.once('end', () => void this.returnAfterLoss()),
      () => undefined,
    );
    return this.presence;
  }

  private async returnAfterLoss(): Promise<void> {
    if (this.left) return;
    // the caller's own statements report what goes wrong; here it is only tried again
    await this.join().catch(async () => {
      await delay(1000, undefined, { ref: false });
      await this.returnAfterLoss();
    });
  }

  async leave(): Promise<void> {
    if (this.left) return;
    this.left = true;
    const presence = await this.presence?.catch(() => undefined);
    await presence?.leave();
  }
}

async function enter(cluster: Cluster): Promise<Presence> {
  const giveUp = performance.now() + START_LIMIT_MS;
  while (performance.now() < giveUp) {
    const server = findServer(cluster);
    if (server === undefined) await startServer(cluster);
    const presence = server?.ready ? await Presence.enter(cluster, server) : undefined;
    if (presence !== undefined) return presence;
    if (server !== undefined) await delay(POLL_MS);
  }
  throw new RolewatchError(
    'embedded-postgres',
    `PostgreSQL under ${cluster.folder} does not become ready: see ${cluster.logFile}`,
  );
}

/** Serialises the making of roles and database among the first users. */
const SET_UP_LOCK = 1_919_904_888;

/** The database comes last: where it is there, everything is. */
async function ensureDatabase(session: pg.Client, cluster: Cluster): Promise<void> {
  await session.query('SELECT pg_advisory_lock($1)', [SET_UP_LOCK]);
  try {
    const { rowCount } = await session.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount !== 0) return;
    for (const role of [OWNER, APP]) {
      await session.query(`DROP ROLE IF EXISTS ${role}`);
      await session.query(
        `CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(cluster.credentials.passwords[role])}`,
      );
    }
    await session.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);
  } finally {
    await session.query('SELECT pg_advisory_unlock($1)', [SET_UP_LOCK]);
  }
}
