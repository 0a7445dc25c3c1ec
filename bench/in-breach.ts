/**
 * N admins who hold the roles of one group, and are all in breach of the rules: what reading them costs, and what is then
 * asked. Every command is a process of its own.
 *   npm run bench:in-breach              3,000 admins
 *   npm run bench:in-breach -- 30000 7   30,000 of whom each holds role 7; without more words 7 and 29
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { EpmmServer } from '../demo/estate/epmm-server.js';
import { Estate, GLOBAL } from '../demo/estate/estate.js';
import { openEmbedded } from '../src/platform/embedded-postgres/open-embedded.js';
import { say } from './measure.js';

const [holders = 3_000, ...held] = process.argv.slice(2).map(Number);
const roles = held.length > 0 ? held : [7, 29];
const GAINED = 4;

const folder = await mkdtemp(join(tmpdir(), 'rolewatch-bench-'));
const postgres = await openEmbedded({ dataDir: join(folder, 'data') });
const estate = estateOf();
const server = await EpmmServer.start(estate);
const config = join(folder, 'rolewatch.yaml');
try {
  await configure();
  await ask('first read', 'run', 'bench');
  await asks();
  await ask('unchanged', 'run', 'bench');
  for (const { userId } of estate.admins())
    if (userId.startsWith('admin')) estate.grantRole(userId, GLOBAL, GAINED);
  await ask('everybody gains a role', 'run', 'bench');
  await asks();
  await ask('drift', 'drift', 'bench');
  await ask('report html', 'report', 'bench', '--out', join(folder, 'drift.html'));
  await ask('report csv', 'report', 'bench', '--format', 'csv', '--out', join(folder, 'drift.csv'));
  for (const { userId } of estate.admins()) if (userId.startsWith('admin')) estate.removeAdmin(userId);
  await ask('everybody is gone, held', 'run', 'bench');
  await ask('evidence', 'evidence', 'create', 'bench', '--out', join(folder, 'bench.zip'));
  await ask('verify', 'verify', join(folder, 'bench.zip'));
  await ask('fsck', 'fsck');
  await sizes();
} finally {
  await server.stop();
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
}

async function asks(): Promise<void> {
  await ask('status', 'status');
  await ask('findings', 'findings', 'bench', '--json');
  await ask('one finding', 'findings', 'bench', '--finding', '1');
  await ask('check', 'check', 'bench', '--json');
  await ask('alerts', 'alerts', '--json');
  await ask('access', 'access', 'bench', '--json');
}

/** Runs one command, and says what it took and how long its answer is. */
async function ask(what: string, ...args: string[]): Promise<void> {
  const cli = fileURLToPath(new URL('../../bin/rolewatch.js', import.meta.url));
  const watched = fileURLToPath(new URL('./watched.js', import.meta.url));
  const result = join(folder, 'result.json');
  const env = { ...process.env, BENCH_RESULT: result, BENCH_PASSWORD: server.password };
  const { code, out, error } = await new Promise<{ code: number; out: number; error: string }>((resolve) => {
    execFile(
      process.execPath,
      ['--import', watched, cli, ...args, '--config', config, '--data', join(folder, 'data')],
      { env, maxBuffer: 1 << 30, encoding: 'buffer' },
      (failed, stdout, stderr) => {
        resolve({
          code: Number(failed?.code ?? 0),
          out: stdout.length,
          error: stderr.toString().slice(-300),
        });
      },
    );
  });
  const took = await readFile(result, 'utf8').catch(() => '');
  await rm(result, { force: true });
  say(
    `${what.padEnd(24)} ${took} answer ${String(Math.round(out / 1024))} KiB, exit ${String(code)}${code > 3 || took === '' || code === 1 ? error : ''}`,
  );
}

async function sizes(): Promise<void> {
  const db = new pg.Client({ connectionString: postgres.ownerUrl });
  await db.connect();
  const { rows } = await db.query<object>(
    `select channel, seq, state, length(content::text) as characters, length(subject) as subject,
            (select count(*) from outbox_alert a where a.source = o.source and a.id = o.id) as alerts from outbox o order by id`,
  );
  for (const row of rows) say(JSON.stringify(row));
  const counts = await db.query<object>(
    'select (select count(*) from finding) as findings, (select count(*) from alert) as alerts, (select count(*) from change) as changes',
  );
  for (const row of counts.rows) say(JSON.stringify(row));
  await db.end();
}

async function configure(): Promise<void> {
  const source = {
    name: 'bench',
    kind: 'ivanti-epmm',
    url: server.url,
    username: 'auditor',
    simulated: true,
  };
  await writeFile(
    config,
    JSON.stringify({
      sources: [{ ...source, password: { env: 'BENCH_PASSWORD' } }],
      alerts: {
        smtp: { host: '127.0.0.1', port: 1, from: 'rolewatch@example.com', security: 'none' },
        hooks: [
          {
            name: 'siem',
            url: 'https://127.0.0.1:1/',
            secret: { env: 'BENCH_PASSWORD' },
            allowPrivate: true,
          },
        ],
        routes: [{ severity: 'low', to: ['security@example.com'], hook: 'siem' }],
        escalation: { severity: 'low', steps: [{ afterMinutes: 60, to: ['boss@example.com'] }] },
      },
    }),
  );
}

function estateOf(): Estate {
  const made = new Estate();
  made.addAdmin({ userId: 'auditor' });
  made.grantRole('auditor', GLOBAL, 1);
  for (let n = 0; n < holders; n++) {
    const userId = `admin${String(n)}`;
    made.addAdmin({ userId });
    for (const role of roles) made.grantRole(userId, GLOBAL, role);
  }
  return made;
}
