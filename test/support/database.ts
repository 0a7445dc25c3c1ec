import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connectAlone } from '../../src/platform/connect.js';
import { Database } from '../../src/platform/database.js';

export interface TestDatabase {
  readonly name: string;
  /** As the application: it cannot alter, delete or rewrite. */
  readonly db: Database;
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** Closes `db` and drops the database. @throws Error if a session was left open */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own, with real roles: a clone of the run's template (tens of milliseconds). */
export async function freshDatabase(): Promise<TestDatabase> {
  return newDatabase(databaseOf(setting('TEST_OWNER_URL')));
}

/** A database without any table, for tests of migrating itself. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return newDatabase('template1');
}

/** What a cold copy of the database's files would be: whoever is connected is sent away, and comes again. */
export async function coldCopyOf({ name, db }: TestDatabase): Promise<TestDatabase> {
  await asAdmin((admin) =>
    admin.query(
      `SELECT pg_terminate_backend(pid, ${String(LEAVING_MS)}) FROM pg_stat_activity WHERE datname = $1`,
      [name],
    ),
  );
  const copy = await newDatabase(name);
  // a pool notices broken connections one by one
  const ping = (): Promise<boolean> =>
    db.query('SELECT 1').then(
      () => true,
      () => false,
    );
  while (!(await ping()));
  return copy;
}

async function newDatabase(template: string): Promise<TestDatabase> {
  const name = `rolewatch_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const owner = new URL(setting('TEST_OWNER_URL')).username;
  // copied as files: the server's other way logs every block, which takes ten times as long
  const how = `TEMPLATE ${template} OWNER ${owner} STRATEGY file_copy`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} ${how}`));
  const appUrl = inDatabase(setting('TEST_APP_URL'), name);
  const db = new Database({ url: appUrl });
  return {
    name,
    db,
    ownerUrl: inDatabase(setting('TEST_OWNER_URL'), name),
    appUrl,
    async drop() {
      await db.close();
      await asAdmin((admin) => dropUnused(admin, name));
    },
  };
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: this test belongs to a project with test/support/global-setup.mjs`);
  return value;
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

function inDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = await connectAlone(setting('TEST_ADMIN_URL'));
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** The server notices a closed connection a moment later than the client. */
const LEAVING_MS = 5000;

async function dropUnused(admin: pg.Client, name: string): Promise<void> {
  const giveUp = performance.now() + LEAVING_MS;
  let left = await sessions(admin, name);
  while (left.length > 0 && performance.now() < giveUp) {
    await delay(10);
    left = await sessions(admin, name);
  }
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  if (left.length > 0) throw new Error(`left open in ${name}: ${left.join(' · ')}`);
}

async function sessions(admin: pg.Client, name: string): Promise<string[]> {
  const { rows } = await admin.query<{ session: string }>(
    `SELECT concat_ws(' ', application_name, state, query) AS session FROM pg_stat_activity
      WHERE datname = $1 AND backend_type = 'client backend'`,
    [name],
  );
  return rows.map(({ session }) => session);
}
