import type pg from 'pg';
import { connectAlone } from '../../../src/platform/connect.js';
import type { Database } from '../../../src/platform/database.js';
import type { TestDatabase } from '../../support/database.js';

/** Where a session of the simulation looks for now(). */
const PATH = 'virtual, pg_catalog, public';

/** Puts the virtual time before the true one in every session of a pool, whatever the product has told it. */
export function inVirtualTime(db: Database): Database {
  // before anybody else gets the session
  const onConnect = (client: pg.PoolClient) => client.query(`SET search_path = ${PATH}`);
  Object.assign(db.pool.options, { onConnect });
  return db;
}

/**
 * Another time for one database, in a real PostgreSQL. Everything in the product goes by now() and clock_timestamp(), which
 * nobody qualifies: a schema in front of pg_catalog gives them another meaning, for the product's statements and for what
 * its triggers and functions say. Nothing of the product knows of it.
 *
 * Between two jumps the time goes on, a thousand times slower than in truth: how long a machine takes for a step decides
 * nothing, and no two moments are one. now() stays what it was for as long as a transaction lasts, whoever jumps meanwhile.
 */
const SCHEMA = `
  CREATE SCHEMA virtual;
  CREATE TABLE virtual.jump (truly timestamptz PRIMARY KEY, shown timestamptz NOT NULL);
  CREATE FUNCTION virtual.shown(moment timestamptz) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN (SELECT j.shown + (moment - j.truly) / 1000 FROM virtual.jump j WHERE j.truly <= moment ORDER BY j.truly DESC LIMIT 1);
  END $$;
  CREATE FUNCTION virtual.now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN virtual.shown(pg_catalog.now());
  END $$;
  CREATE FUNCTION virtual.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$ BEGIN
    RETURN virtual.shown(pg_catalog.clock_timestamp());
  END $$;
  GRANT USAGE ON SCHEMA virtual TO PUBLIC;
  GRANT SELECT ON virtual.jump TO PUBLIC`;

/** What is bound to the true time whatever the path: column defaults, and functions that bring a path of their own. */
const BOUND = `
  SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT virtual.now()', adrelid::regclass, attname) AS rebind
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
   WHERE pg_get_expr(adbin, adrelid) ~* 'current_timestamp|now\\(\\)'
   UNION ALL
  SELECT format('ALTER FUNCTION %s SET search_path = ${PATH}, pg_temp', oid::regprocedure)
    FROM pg_proc WHERE EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')`;

/** Other ways to ask for the time, which this would not see. */
const UNSEEN = `
  SELECT oid::regprocedure::text AS name FROM pg_proc
   WHERE pronamespace = 'public'::regnamespace
     AND prosrc ~* 'current_(timestamp|date|time)|localtime|pg_catalog.(now|clock_timestamp)|(statement|transaction)_timestamp'`;

export class VirtualClock {
  private constructor(private readonly admin: pg.Client) {}

  /** Before anything else uses the database: a connection keeps the path that it began with. */
  static async install({ name, db }: TestDatabase, start: number): Promise<VirtualClock> {
    const url = new URL(process.env['TEST_ADMIN_URL'] ?? '');
    url.pathname = `/${name}`;
    const admin = await connectAlone(url.href);
    const unseen = await admin.query<{ name: string }>(UNSEEN);
    if (unseen.rows.length > 0)
      throw new Error(`they ask for the time in another way: ${unseen.rows[0]?.name}`);
    await admin.query(SCHEMA);
    const clock = new VirtualClock(admin);
    await admin.query(
      "INSERT INTO virtual.jump VALUES (pg_catalog.clock_timestamp() - interval '1 hour', $1)",
      [new Date(start)],
    );
    for (const { rebind } of (await admin.query<{ rebind: string }>(BOUND)).rows) await admin.query(rebind);
    inVirtualTime(db);
    return clock;
  }

  /** Never goes back. */
  async jumpTo(moment: number): Promise<void> {
    await this.admin.query(
      `INSERT INTO virtual.jump SELECT truly, greatest($1, virtual.shown(truly)) FROM pg_catalog.clock_timestamp() AS truly`,
      [new Date(moment)],
    );
  }

  /** As PostgreSQL does with sessions that it has enough of. */
  async endSession(pid: number): Promise<void> {
    await this.admin.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
  }

  /** Those of these sessions that are still there, and whether they wait for a lock. */
  async stateOf(pids: readonly number[]): Promise<ReadonlyMap<number, boolean>> {
    const { rows } = await this.admin.query<{ pid: number; waits: boolean }>(
      `SELECT pid, coalesce(wait_event_type = 'Lock', false) AS waits FROM pg_stat_activity
        WHERE pid = ANY ($1) AND datname = current_database()`,
      [pids],
    );
    return new Map(rows.map(({ pid, waits }) => [pid, waits]));
  }

  /** What the sessions of this database, but for these, wait for a lock with. */
  async waiting(except: readonly number[]): Promise<string[]> {
    const { rows } = await this.admin.query<{ words: string }>(
      `SELECT left(regexp_replace(trim(query), '\\s+', ' ', 'g'), 60) AS words FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> ALL ($1) ORDER BY 1`,
      [except],
    );
    return rows.map(({ words }) => words);
  }

  /** What every session does: for a simulation that does not go on. */
  async tell(): Promise<string[]> {
    const { rows } = await this.admin.query<{ words: string }>(
      `SELECT concat_ws(' ', pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), left(regexp_replace(query, '\\s+', ' ', 'g'), 200)) AS words
         FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid`,
    );
    return rows.map(({ words }) => words);
  }

  async close(): Promise<void> {
    await this.admin.end();
  }
}
