import { hkdfSync } from 'node:crypto';
import { Database } from './database.js';
import { APP_ROLE } from './app-role.js';
import { connectAlone } from './connect.js';
import { databaseSettings } from './database-settings.js';
import { type Embedded, openEmbedded } from './embedded-postgres/open-embedded.js';
import { RolewatchError } from './errors.js';
import { configuredKey } from './keys.js';
import { Log } from './log.js';
import { type Migrated, migrate } from './migrate.js';
import { loadTagKeys, type TagKeys } from './tag-key.store.js';

export interface OpenDatabaseOptions {
  /** Where the embedded server lives, if no DATABASE_URL is set. */
  readonly dataDir: string;
  /** By default that of the process; see databaseSettings for what is read. */
  readonly env?: NodeJS.ProcessEnv;
  readonly log?: Log;
  readonly maxConnections?: number;
}

/** A migrated database, as the application uses it. */
export class OpenDatabase {
  constructor(
    readonly db: Database,
    readonly tagKeys: TagKeys,
    /** The application can alter its own evidence: what forbids it is then convention, which fsck notes. */
    readonly asOwner: boolean,
    private readonly key: Buffer,
    private readonly embedded?: Embedded,
  ) {}

  /**
   * A key for one purpose that follows from the installation's (HKDF-SHA-256): 32 bytes, the same at every start.
   * So there is one key to keep, and what one purpose lets out says nothing about the others.
   */
  derivedKey(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.key, Buffer.alloc(0), `rolewatch ${purpose}`, 32));
  }

  /** Ends all connections, then the embedded server unless another process uses it. */
  async close(): Promise<void> {
    try {
      await this.db.close();
    } finally {
      await this.embedded?.close();
    }
  }
}

/**
 * Finds or starts the database, migrates it as its owner, and opens it as the application.
 * @throws RolewatchError `database-unreachable`, `schema-newer`, `schema-older`, `migration-changed`,
 *   `migration-failed`, `embedded-postgres`, `key-unavailable`, `config-invalid`
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const env = options.env ?? process.env;
  const log = options.log ?? Log.toStderr(env['LOG_LEVEL'] ?? 'warn');
  const settings = databaseSettings(env);
  if (settings.server !== undefined) {
    const key = await configuredKey({ value: settings.key });
    return open({ ...settings.server, key, log, maxConnections: options.maxConnections });
  }
  const embedded = await openEmbedded({ dataDir: options.dataDir });
  try {
    const key = await configuredKey({ value: settings.key, dataDir: options.dataDir });
    return await open({ ...embedded, key, log, maxConnections: options.maxConnections }, embedded);
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

interface Opening {
  readonly ownerUrl: string;
  /** Missing where one user both owns the tables and works with them. */
  readonly appUrl?: string | undefined;
  readonly key: Buffer;
  readonly log: Log;
  readonly maxConnections?: number | undefined;
}

async function open(opening: Opening, embedded?: Embedded): Promise<OpenDatabase> {
  const { ownerUrl, appUrl, log } = opening;
  const migrated = await migrate({
    url: ownerUrl,
    appLogin: appUrl === undefined ? undefined : new URL(appUrl).username,
    // two commands at once on a fresh store: no fault, and over in a moment
    onWait: () => log.info('another process is migrating the database: waiting for it'),
  });
  for (const migration of migrated.applied) log.info('migration applied', { migration });
  const db = await connect(opening, migrated);
  try {
    const asOwner = await ownsTables(db);
    const tagKeys = await loadTagKeys(db, opening.key, log);
    return new OpenDatabase(db, tagKeys, asOwner, opening.key, embedded);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function connect(
  { ownerUrl, appUrl, log, maxConnections }: Opening,
  { canDrop }: Migrated,
): Promise<Database> {
  // a pool connects when it is first used: a wrong address or password is better told now, in our words
  if (appUrl !== undefined) await (await connectAlone(appUrl)).end();
  return new Database({
    url: appUrl ?? ownerUrl,
    dropTo: appUrl === undefined && canDrop ? APP_ROLE : null,
    onIdleError: (error) => log.warn('an idle database connection broke', { error }),
    ...(maxConnections !== undefined && { maxConnections }),
  });
}

async function ownsTables(db: Database): Promise<boolean> {
  const [standing] = await db.query<{ user: string; owns: boolean; reads: boolean }>(
    `SELECT current_user AS "user", pg_has_role(relowner, 'USAGE') AS owns, has_table_privilege(oid, 'SELECT') AS reads
       FROM pg_class WHERE oid = 'snapshot'::regclass`,
  );
  if (!standing?.reads) {
    throw new RolewatchError(
      'database-unreachable',
      `the database user "${standing?.user ?? ''}" may not use rolewatch's tables: run "GRANT ${APP_ROLE} TO ${standing?.user ?? '…'}" as its owner`,
    );
  }
  return standing.owns;
}
