import { createHash } from 'node:crypto';
import type pg from 'pg';
import { connectAlone } from '../../src/platform/connect.js';
import { migrate } from '../../src/platform/migrate.js';

/** Two logins as an operator would make them: one owns the tables, the other is a member of the application role. */
const OWNER = 'rolewatch_test_owner';
const APP = 'rolewatch_test_app';

export interface Template {
  /** What the processes that run tests need to know; see freshDatabase. */
  readonly env: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** Makes a migrated database that tests clone. The name is this process's own: several runs may share a server. */
export async function makeTemplate(adminUrl: string): Promise<Template> {
  const database = `rolewatch_template_${process.pid}`;
  // the same for all runs on one server, known to nobody without the superuser's address
  const password = createHash('sha256').update(adminUrl).digest('hex');
  const ownerUrl = userUrl(adminUrl, OWNER, password, database);
  const admin = await connectAlone(adminUrl);
  try {
    for (const role of [OWNER, APP]) await ensureLogin(admin, role, password);
    // the right to make roles, so that the runner can make the application role and drop to it
    await admin.query(`ALTER ROLE ${OWNER} CREATEROLE`);
    await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${database} OWNER ${OWNER}`);
    await admin.query(
      `DO $$ BEGIN CREATE ROLE rolewatch_app NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await admin.query(`GRANT rolewatch_app TO ${OWNER}, ${APP}`);
    await migrate({ url: ownerUrl });
  } finally {
    await admin.end();
  }
  return {
    env: {
      TEST_ADMIN_URL: adminUrl,
      TEST_OWNER_URL: ownerUrl,
      TEST_APP_URL: userUrl(adminUrl, APP, password, database),
    },
    async drop() {
      const again = await connectAlone(adminUrl);
      await again.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await again.end();
    },
  };
}

async function ensureLogin(admin: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  await admin.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} LOGIN PASSWORD '${password}'`);
}

function userUrl(adminUrl: string, user: string, password: string, database: string): string {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
}
