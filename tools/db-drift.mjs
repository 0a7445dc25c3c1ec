/**
 * `npm run db:drift`: do the migrations make exactly what prisma/schema.prisma describes?
 * Exits 0 if so, 2 with the difference if not, 1 if that could not be found out. Uses the server of DATABASE_URL
 * (whose user must be able to make a database), else one of its own. What Prisma's language cannot say (checks,
 * triggers, functions, grants) is compared by schema-dump.mjs.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onDatabase, runOnce } from './prisma/adapter.mjs';
import { withThrowAwayPostgres } from './throw-away-postgres.mjs';

const ARGUMENTS = [
  ...['tools/prisma.mjs', 'migrate', 'diff', '--exit-code'],
  ...['--from-migrations', 'prisma/migrations', '--to-schema', 'prisma/schema.prisma'],
];

async function compare(url) {
  const env = { ...process.env, DATABASE_URL: url };
  if (env.PRISMA_NATIVE_ENGINE && !env.SHADOW_DATABASE_URL) {
    // the native engine replays migrations in a database that it is given; ours makes its own
    await runOnce(url, 'CREATE DATABASE prisma_shadow');
    env.SHADOW_DATABASE_URL = onDatabase(url, 'prisma_shadow').toString();
  }
  const run = spawnSync(process.execPath, ARGUMENTS, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    env,
  });
  process.stdout.write(run.stdout);
  process.stderr.write(run.stderr);
  // an engine that does not start makes the CLI exit 0 in silence
  if (run.status === 0 && !run.stdout.includes('No difference detected')) return 1;
  return run.status ?? 1;
}

const { DATABASE_URL } = process.env;
process.exitCode = await (DATABASE_URL ? compare(DATABASE_URL) : withThrowAwayPostgres(compare));
