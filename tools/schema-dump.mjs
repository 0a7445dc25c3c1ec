/**
 * `npm run db:schema` writes prisma/schema.sql: what the migrations and grants really make, read back from the
 * catalogues of a migrated database, so that a review sees the effect of a change and not only its cause.
 * With `--check` nothing is written; a difference is shown and the exit status is 1.
 * It runs the migration runner that ships: build first.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describeSchema } from './schema/describe.mjs';
import { withThrowAwayPostgres } from './throw-away-postgres.mjs';

const FILE = fileURLToPath(new URL('../prisma/schema.sql', import.meta.url));
const HEADER = `-- Made by "npm run db:schema" from a migrated database; do not edit. Constraints, triggers, functions and
-- grants are here as PostgreSQL understood them.
`;

async function currentSchema() {
  const { migrate } = await import('../dist/src/platform/migrate.js');
  return withThrowAwayPostgres(async (url) => {
    await migrate({ url });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return `${HEADER}\n${await describeSchema(client)}`;
    } finally {
      await client.end();
    }
  });
}

function showDifference(text) {
  const { error } = spawnSync(
    'diff',
    ['-u', '--label', 'prisma/schema.sql', FILE, '--label', 'migrated database', '-'],
    {
      input: text,
      stdio: ['pipe', 'inherit', 'inherit'],
    },
  );
  if (error) console.error('(install "diff" to see where)');
}

const text = await currentSchema();
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, 'utf8') === text) {
  console.log('prisma/schema.sql is what the migrations make');
} else {
  showDifference(text);
  console.error(
    'prisma/schema.sql is not what the migrations make: run "npm run db:schema" and review the change',
  );
  process.exitCode = 1;
}
