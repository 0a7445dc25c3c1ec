import pg from 'pg';
import { isDatabaseError } from './connect.js';

/** The role that can read and append, and alter nothing: it owns no table. What it may do is in prisma/grants.sql. */
export const APP_ROLE = 'rolewatch_app';

/** A DBA, or a runner on another database of the same server, was faster: duplicate_object, unique_violation, and the
 *  internal error of two sessions that change one row of a shared catalogue. The lock of the runner is one database's. */
const MADE_BY_ANOTHER = ['42710', '23505', 'XX000'];
const NOT_ALLOWED = '42501';

/** Makes the role where it is missing. @returns false where it is missing and this user may not make it */
export async function ensureAppRole(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [APP_ROLE]);
  if (rowCount === 0 && !(await attempt(client, `CREATE ROLE ${APP_ROLE} NOLOGIN`))) return false;
  return true;
}

/** Lets a login (by default the connected user) act as the role. @returns whether that was granted, now or before */
export async function grantAppRole(client: pg.Client, login?: string): Promise<boolean> {
  const member = login === undefined ? 'CURRENT_USER' : pg.escapeIdentifier(login);
  return attempt(client, `GRANT ${APP_ROLE} TO ${member}`);
}

/** Whether the connected user can drop to the role: tried, since how membership permits it differs between servers. */
export async function canDropToAppRole(client: pg.Client): Promise<boolean> {
  if (!(await attempt(client, `SET ROLE ${APP_ROLE}`))) return false;
  await client.query('RESET ROLE');
  return true;
}

async function attempt(client: pg.Client, sql: string): Promise<boolean> {
  try {
    await client.query(sql);
    return true;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (MADE_BY_ANOTHER.includes(error.code)) return true;
    if (error.code === NOT_ALLOWED) return false;
    throw error;
  }
}
