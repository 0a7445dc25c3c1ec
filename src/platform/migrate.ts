import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { APP_ROLE, canDropToAppRole, ensureAppRole, grantAppRole } from './app-role.js';
import { connectAlone, describeAddress, isDatabaseError } from './connect.js';
import { hasCode, messageOf, RolewatchError } from './errors.js';
import { checksum, matchesChecksum, type Migration, readMigrations } from './migration-files.js';
import { projectFile } from './project-files.js';

export interface MigrateOptions {
  /** Connection string of the owner. */
  readonly url: string;
  /** The folder that holds `migrations/` and `grants.sql`; by default the one that ships with the program. */
  readonly folder?: string;
  /** The user the application signs in as, if it has one of its own: it is made a member of the application role. */
  readonly appLogin?: string | undefined;
  /** How long a migration waits for a table that somebody uses; tests make it short. */
  readonly lockTimeoutMs?: number;
  /** Called once if another process is migrating this database and must be waited for. */
  readonly onWait?: () => void;
}

export interface Migrated {
  /** Names of the migrations applied by this call. */
  readonly applied: readonly string[];
  /** Whether the application role exists, and has its grants. */
  readonly appRole: boolean;
  /** Whether the user of `url` can drop to the application role. */
  readonly canDrop: boolean;
}

/** The key of Prisma's own advisory lock: `prisma migrate deploy` and this runner exclude each other. */
const LOCK = 72_707_369;
const LOCK_TIMEOUT_MINUTES = 10;
/**
 * Whoever comes after a migration that waits for a table waits behind it: a copy that is made for hours would stop every
 * process that still runs.
 */
const TABLE_TIMEOUT_MS = 60_000;

/** Prisma's table, column by column, so that its CLI can take over at any time. */
const TABLE = `
  CREATE TABLE _prisma_migrations (
    id varchar(36) PRIMARY KEY,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

/**
 * Brings a database to the schema of this program and renews the grants of the application role.
 * Safe when several start at once: one works, the others wait and find it done. A migration and its entry are one
 * transaction, so a process that dies in the middle leaves nothing of it.
 * @throws RolewatchError `database-unreachable`, `schema-newer`, `schema-older`, `migration-changed`, `migration-failed`
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const folder = options.folder ?? projectFile('prisma');
  const migrations = await readMigrations(join(folder, 'migrations'));
  const client = await connectAlone(options.url);
  try {
    await refuseOtherEncodings(client, options.url);
    await lock(client, options);
    const pending = pendingOf(migrations, await entries(client, options.url));
    if (!(await mayMigrate(client))) return await asItIs(client, options.url, pending);
    for (const migration of pending)
      await apply(client, migration, options.lockTimeoutMs ?? TABLE_TIMEOUT_MS);
    const roles = await prepareRoles(client, join(folder, 'grants.sql'), options.appLogin);
    return { applied: pending.map(({ name }) => name), ...roles };
  } finally {
    // the lock belongs to the session and goes with it
    await client.end();
  }
}

/** Whoever owns the list of migrations owns what they made; to anybody else a right on the schema is none to migrate. */
async function mayMigrate(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ owns: boolean }>(
    `SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = to_regclass('_prisma_migrations')`,
  );
  return rows[0]?.owns ?? false;
}

/** For a user that may not migrate: good enough if nothing is missing. */
async function asItIs(client: pg.Client, url: string, pending: readonly Migration[]): Promise<Migrated> {
  if (pending.length > 0) throw olderDatabase(url, pending);
  return { applied: [], appRole: true, canDrop: await canDropToAppRole(client) };
}

async function prepareRoles(
  client: pg.Client,
  grants: string,
  appLogin: string | undefined,
): Promise<Omit<Migrated, 'applied'>> {
  if (!(await ensureAppRole(client))) return { appRole: false, canDrop: false };
  await client.query(await readFile(grants, 'utf8'));
  // where this may not be granted, a DBA has arranged it, or opening the database says what is missing
  if (appLogin !== undefined && appLogin !== APP_ROLE) await grantAppRole(client, appLogin);
  const canDrop =
    (await canDropToAppRole(client)) || ((await grantAppRole(client)) && (await canDropToAppRole(client)));
  return { appRole: true, canDrop };
}

async function lock(client: pg.Client, options: MigrateOptions): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCK]);
  if (rows[0]?.taken) return;
  options.onWait?.();
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT_MINUTES}min'`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  } catch (cause) {
    const address = describeAddress(options.url);
    throw new RolewatchError(
      'migration-failed',
      `another process has been migrating ${address} for more than ${LOCK_TIMEOUT_MINUTES} minutes; ` +
        `pg_locks shows who holds the advisory lock ${LOCK}`,
      { cause },
    );
  }
  await client.query('SET lock_timeout = 0');
}

/** In any other, what is read from a source could not be kept as it came, and a digest would not be that of what is kept. */
async function refuseOtherEncodings(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  const encoding = rows[0]?.encoding ?? 'unknown';
  if (encoding === 'UTF8') return;
  throw new RolewatchError(
    'database-unreachable',
    `PostgreSQL at ${describeAddress(url)} cannot be used: the encoding of the database is ${encoding}, and names ` +
      `need UTF8. Make one with "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"`,
  );
}

/** What a person can do where not even the list of migrations can be kept (SQLSTATE → advice). */
const NOT_BEGUN: Readonly<Record<string, string>> = {
  '42501':
    'this user may not make or read tables there: set MIGRATE_DATABASE_URL to the owner of the database',
  '3F000': 'it has no schema public: "CREATE SCHEMA public" as its owner',
  '42703': 'it has a table _prisma_migrations that is of another kind: use a database of its own',
};

/** A row of `_prisma_migrations` that still counts: rolled back ones do not. */
interface Entry {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

async function entries(client: pg.Client, url: string): Promise<Entry[]> {
  try {
    // whoever may make no table there may find it made
    const { rows: found } = await client.query(`SELECT WHERE to_regclass('_prisma_migrations') IS NULL`);
    if (found.length > 0) await client.query(TABLE);
    const { rows } = await client.query<Entry>(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
         FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    return rows;
  } catch (cause) {
    const advice = isDatabaseError(cause) ? NOT_BEGUN[cause.code] : undefined;
    if (advice === undefined) throw cause;
    const words = `${describeAddress(url)} cannot be migrated (${messageOf(cause)}): ${advice}`;
    throw new RolewatchError('migration-failed', words, { cause });
  }
}

/** The migrations to apply, after checking that those applied are the ones we know. */
function pendingOf(migrations: readonly Migration[], applied: readonly Entry[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const entry of applied) {
    const migration = known.get(entry.name);
    if (migration === undefined) throw newerDatabase(applied.filter(({ name }) => !known.has(name)));
    if (!entry.finished) throw failedEarlier(entry.name);
    if (!matchesChecksum(migration.sql, entry.checksum)) throw changedFile(migration);
  }
  const done = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

async function apply(
  client: pg.Client,
  { name, file, sql }: Migration,
  lockTimeoutMs: number,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = ${String(lockTimeoutMs)}`);
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum(sql), name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    // if the connection is gone the server rolls back by itself
    await client.query('ROLLBACK').catch(() => undefined);
    const why = hasCode(cause, LOCK_NOT_HAD) ? LOCKED : messageOf(cause);
    throw new RolewatchError(
      'migration-failed',
      `migration ${name} failed${lineOf(cause, sql)}: ${why} (${file}). ` +
        'Nothing of it was kept: remove the cause and start again',
      { cause },
    );
  }
}

const LOCK_NOT_HAD = '55P03';
const LOCKED =
  'somebody has a table that it changes: a copy that is being made (pg_dump), or a session left open in a transaction; ' +
  'pg_stat_activity shows whom';

function lineOf(error: unknown, sql: string): string {
  const position = isDatabaseError(error) ? Number(error.position) : Number.NaN;
  return Number.isNaN(position) ? '' : ` at line ${sql.slice(0, position - 1).split('\n').length}`;
}

function newerDatabase(unknown: readonly Entry[]): RolewatchError {
  const names = unknown.map(({ name }) => name).join(', ');
  return new RolewatchError(
    'schema-newer',
    `the database has migrations that this program does not know (${names}): a newer rolewatch has used it. ` +
      'Run that version, or restore a backup made before it',
  );
}

function olderDatabase(url: string, missing: readonly Migration[]): RolewatchError {
  const names = missing.map(({ name }) => name).join(', ');
  return new RolewatchError(
    'schema-older',
    `the database lacks migrations of this program (${names}), and the user of ${describeAddress(url)} does not own ` +
      'its tables: set MIGRATE_DATABASE_URL to who does, for this start or for any command once',
  );
}

function changedFile({ name, file }: Migration): RolewatchError {
  return new RolewatchError(
    'migration-changed',
    `migration ${name} is applied, but its file was changed since: ${file}. ` +
      'Restore the file as it was released; a correction is a new migration',
  );
}

function failedEarlier(name: string): RolewatchError {
  return new RolewatchError(
    'migration-failed',
    `migration ${name} was begun by another tool and did not finish. Undo what it left, then run ` +
      `"npm run prisma -- migrate resolve --rolled-back ${name}" and start again`,
  );
}
