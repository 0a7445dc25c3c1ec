/** Databases as earlier states of the program left them. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { connectAlone } from '../../src/platform/connect.js';
import { migrate } from '../../src/platform/migrate.js';
import { projectFile } from '../../src/platform/project-files.js';
import { emptyDatabase, type TestDatabase } from './database.js';

/** What programs of their time wrote: five runs over a village, one of them refused (the name is that of their last migration). */
const FIXTURES = join(__dirname, '../fixtures/schemas');
const ENDING = '.copy.gz';

/** The rights of the time do not matter: whoever opens it with another program gets those of that one, or nothing. */
const GRANTS = 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO rolewatch_app';

export const MIGRATIONS: readonly string[] = readdirSync(projectFile('prisma', 'migrations'), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The last migrations of those states of which there are rows. */
export const FILLED: readonly string[] = readdirSync(FIXTURES)
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length))
  .sort();

/** A database with the migrations up to this one, and the rows of that time if there are any. */
export async function olderDatabase(last: string): Promise<TestDatabase> {
  const database = await emptyDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'rolewatch-older-'));
  const known = MIGRATIONS.filter((name) => name <= last);
  for (const name of known)
    cpSync(projectFile('prisma', 'migrations', name), join(folder, 'migrations', name), { recursive: true });
  writeFileSync(join(folder, 'grants.sql'), GRANTS);
  await migrate({ url: database.ownerUrl, folder });
  rmSync(folder, { recursive: true });
  if (FILLED.includes(last)) await fill(database.ownerUrl, last);
  return database;
}

/** As the rows were, past the triggers: those would date them anew. */
async function fill(url: string, last: string): Promise<void> {
  const owner = await connectAlone(url);
  const lines = gunzipSync(readFileSync(join(FIXTURES, `${last}${ENDING}`)))
    .toString('utf8')
    .split(/(?<=\n)/);
  try {
    for (let line = lines.shift(); line !== undefined; line = lines.shift())
      if (line.startsWith('COPY')) await copy(owner, line, lines.splice(0, lines.indexOf('\\.\n') + 1));
      else await owner.query(line);
  } finally {
    await owner.end();
  }
}

async function copy(owner: pg.Client, statement: string, rows: readonly string[]): Promise<void> {
  const table = statement.split(' ')[1] ?? '';
  await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await pipeline(Readable.from(rows.slice(0, -1)), owner.query(copyFrom(statement)));
  await owner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
}
