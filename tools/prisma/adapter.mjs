/**
 * How the schema engine reaches PostgreSQL. The stock adapter is made for queries; four things about it are
 * corrected here, with the internals (`performIO`, `onError`) of the version that package.json pins.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';

/** pg_catalog is full of columns of the one-byte type "char", which the adapter does not know. */
const PG_CHAR = 18;
const PG_BPCHAR = 1042;

/** `schema=` in a connection string is Prisma's, not PostgreSQL's. */
export function splitUrl(text) {
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? undefined;
  url.searchParams.delete('schema');
  return { url, schema, database: decodeURIComponent(url.pathname.slice(1)) };
}

/** The same server, another database. Overriding `database` beside a connection string would have no effect. */
export function onDatabase(url, database) {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other;
}

/** Runs one statement on a connection of its own. */
export async function runOnce(url, sql) {
  const client = new pg.Client({ connectionString: url.toString(), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** One session per adapter: the engine holds a session-level advisory lock. */
async function connectSingle(url, schema) {
  const pool = new pg.Pool({ connectionString: url.toString(), max: 1, idleTimeoutMillis: 0 });
  pool.on('error', () => {});
  const adapter = await new PrismaPg(pool, { schema, disposeExternalPool: true }).connect();
  sendScriptsWhole(adapter, pool);
  readCharColumns(adapter);
  return adapter;
}

/** As the native engine does. The stock executeScript() splits at every ';', also inside $$ bodies and comments. */
function sendScriptsWhole(adapter, pool) {
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
}

function readCharColumns(adapter) {
  const performIO = adapter.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  let charColumns = [];
  adapter.performIO = async (query) => {
    const result = await performIO(query);
    charColumns = [];
    result.fields?.forEach((field, column) => {
      if (field.dataTypeID !== PG_CHAR) return;
      field.dataTypeID = PG_BPCHAR;
      charColumns.push(column);
    });
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const column of charColumns) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
}

/** The engine's way to connections: to the database, and to a shadow database that it may fill and that is dropped. */
export function adapterFactory(text) {
  const { url, schema } = splitUrl(text);
  const open = new Set();

  const track = (adapter, afterwards) => {
    const dispose = adapter.dispose.bind(adapter);
    open.add(adapter);
    adapter.dispose = async () => {
      if (!open.delete(adapter)) return;
      await dispose();
      await afterwards?.();
    };
    return adapter;
  };

  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect() {
      return track(await connectSingle(url, schema));
    },
    async connectToShadowDb() {
      const database = `prisma_migrate_shadow_db_${randomUUID()}`;
      await runOnce(url, `CREATE DATABASE "${database}"`);
      // dropped only after its own session has gone
      const drop = () => runOnce(url, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
      return track(await connectSingle(onDatabase(url, database)), drop);
    },
    async closeAll() {
      for (const adapter of [...open].reverse()) await adapter.dispose();
    },
  };
}
