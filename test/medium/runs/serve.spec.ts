import { NO_ALERTS } from '../../../src/alerts/alerts-config.js';
import { AS_SHIPPED } from '../../../src/rules/rules-config.js';
import { request } from 'node:http';
import { Controller, type DynamicModule, Get, Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AccountsModule } from '../../../src/accounts/accounts.module.js';
import { connectAlone } from '../../../src/platform/connect.js';
import { Log } from '../../../src/platform/log.js';
import { OpenDatabase } from '../../../src/platform/open-database.js';
import { PlatformModule } from '../../../src/platform/platform.module.js';
import { PulseJob } from '../../../src/runs/pulse.job.js';
import { RunsModule } from '../../../src/runs/runs.module.js';
import { serve } from '../../../src/runs/serve.job.js';
import { Timers } from '../../../src/runs/timers.job.js';
import { NeedsNothing } from '../../../src/platform/http/needs.js';
import { judgePartsOf } from '../../../src/judging.js';
import { ClockBench } from './clock-bench.js';
import { checkYaml } from '../../../src/platform/config/check.js';
import { TagKeys } from '../../../src/platform/tag-key.store.js';
import { sourcesSchema } from '../../../src/sources/source-config.js';

/** An answer that takes until it is let go. */
@Controller('slow')
class Slow {
  static asked: () => void;
  static answered: Promise<string>;

  @Get()
  @NeedsNothing()
  async answer(): Promise<string> {
    Slow.asked();
    return Slow.answered;
  }
}

@Module({ controllers: [Slow] })
class Application {
  static parts: ModuleRef;

  constructor(parts: ModuleRef) {
    Application.parts = parts;
  }
}

/** Nobody listens on port 1: every run fails at once. */
const sources = checkYaml(
  `- { name: s1, kind: ivanti-epmm, url: "http://127.0.0.1:1", username: auditor, password: { env: PATH },
       schedule: "0 * * * *", limits: { tries: 1 } }`,
  'test.yaml',
  sourcesSchema('.'),
);

let bench: ClockBench;
let application: DynamicModule;
let stop: AbortController;
let stopped: Promise<void>;
let port: number;

beforeEach(async () => {
  bench = await ClockBench.open();
  stop = new AbortController();
  await bench.pastSlot('s1', 0);
  const log = Log.to({ write: () => undefined });
  // the bench closes the database
  const tagKeys = new TagKeys({ no: 1, key: Buffer.alloc(32) });
  const opened = Object.assign(Object.create(OpenDatabase.prototype) as OpenDatabase, {
    db: bench.fresh.db,
    tagKeys,
  });
  const judge = judgePartsOf(
    { sources, rules: { ...AS_SHIPPED, waivers: null }, alerts: NO_ALERTS },
    bench.fresh.db,
  );
  application = {
    module: Application,
    imports: [
      PlatformModule.forRoot(opened, log),
      AccountsModule,
      RunsModule.forRoot({ sources, risk: {} }, NO_ALERTS, judge),
    ],
  };
  await new Promise<void>((listening, failed) => {
    const onListening = (address: string): void => {
      port = Number(new URL(address).port);
      listening();
    };
    stopped = serve(application, { host: '127.0.0.1', port: 0, log, signal: stop.signal, onListening });
    stopped.catch(failed);
  });
});

afterEach(async () => {
  stop.abort();
  await stopped;
  await bench.fresh.drop();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function get(path: string, host = `127.0.0.1:${String(port)}`): Promise<Answer> {
  return new Promise((answered, failed) => {
    request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => answered({ status: response.statusCode, headers: response.headers, body }));
    })
      .on('error', failed)
      .end();
  });
}

/** Until the first run, begun at start, has ended. */
async function firstRun(): Promise<void> {
  for (let state = 'due'; state === 'due' || state === 'leased';)
    state = (await bench.rows())[0]?.state ?? '';
}

describe('the service', () => {
  it('says that it lives and is ready', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it('lives, but is not ready, without its database', async () => {
    await firstRun();
    jest.spyOn(bench.fresh.db, 'query').mockRejectedValue(new Error('connection refused'));
    expect((await get('/health/live')).status).toBe(200);
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: '{"status":"unavailable","why":["database-unreachable"]}',
    });
    const { status, body } = await get('/health');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      status: 'unavailable',
      troubles: [{ code: 'database-unreachable', why: 'the database does not answer' }],
      process: { roles: ['api', 'worker'] },
    });
    expect((await get('/metrics')).body).toContain('rolewatch_database_up 0');
    jest.restoreAllMocks();
  });

  it('says so in words, where the database answers one question and not the next', async () => {
    await firstRun();
    const locker = await bench.fresh.db.pool.connect();
    await locker.query('BEGIN; LOCK TABLE slot IN ACCESS EXCLUSIVE MODE');
    const { status, body } = await get('/health');
    await locker.query('ROLLBACK');
    locker.release();
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      status: 'unavailable',
      troubles: [
        { code: 'database-unreachable', why: 'the database cannot be used: it did not answer in time' },
      ],
      sources: [],
    });
  });

  it('begins nothing on a schema that another version has made, and goes on when it is its own again', async () => {
    await firstRun();
    const { db } = bench.fresh;
    const [timers, pulse] = [Timers, PulseJob].map((part) =>
      Application.parts.get(part, { strict: false }),
    ) as [Timers, PulseJob];
    const owner = await connectAlone(bench.fresh.ownerUrl);
    await owner.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '29990101000000_of_tomorrow', now())`,
    );
    await db.query(
      `INSERT INTO slot (source, due_at, trigger, created_at) VALUES ('s1', date_trunc('milliseconds', now()), 'manual', now())`,
    );
    const states = async (): Promise<string[]> =>
      (await db.query<{ state: string }>('SELECT state FROM slot WHERE due_at <= now() ORDER BY due_at')).map(
        ({ state }) => state,
      );
    await timers.beat();
    expect(await states()).toEqual(['failed', 'due']);
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: '{"status":"unavailable","why":["schema-newer"]}',
    });
    await expect(pulse.startNow('s1', 'a tester')).rejects.toMatchObject({
      code: 'stopping',
      message: expect.stringContaining('29990101000000_of_tomorrow') as string,
    });
    expect(await db.query('SELECT FROM run')).toHaveLength(1);
    await owner.query(`DELETE FROM _prisma_migrations WHERE id = 'x'`);
    await owner.end();
    await timers.beat();
    await pulse.idle();
    expect(await states()).toEqual(['failed', 'failed']);
  });

  it('says what is wrong with the address it is to listen on', async () => {
    const log = Log.to({ write: () => undefined });
    const at = (host: string) =>
      serve(application, { host, port, log, signal: new AbortController().signal }).catch(
        (error: unknown) => (error as Error).message,
      );
    expect(await at('127.0.0.1')).toContain(`127.0.0.1:${port}: another process listens there already`);
    expect(await at('192.0.2.1')).toContain('no address of this machine');
  });

  it('looks at once when it starts, and tells how each source is doing', async () => {
    await firstRun();
    await bench.fresh.db.query(
      `UPDATE source SET paused_at = now(), paused_why = 'refused' WHERE name = 's2'`,
    );
    const { sources } = JSON.parse((await get('/health')).body) as { sources: Record<string, unknown>[] };
    expect(sources[0]).toMatchObject({ source: 's1', lastSnapshot: null, paused: null, reading: false });
    expect(sources[0]?.['coverage']).toMatchObject({ published: 0, failed: 1 });
    expect(sources[0]?.['nextSlot']).toMatch(/:00:00\.000Z$/);
    expect(sources[1]).toMatchObject({ source: 's2', paused: { why: 'refused' } });
  });

  it('shows the latest drift as a page that can load and send nothing', async () => {
    const { status, headers, body } = await get('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';style-src 'sha256-[^']+';/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(body).toContain('<h2>s1</h2>');
    expect(body).not.toContain('<script');
  });

  it('ends an answer that is under way when it is asked to stop, and says that it is not ready', async () => {
    let letGo: (text: string) => void = () => undefined;
    Slow.answered = new Promise((done) => (letGo = done));
    const asked = new Promise<void>((done) => (Slow.asked = done));
    const answer = get('/slow');
    await asked;
    stop.abort();
    // drained before the port closes: a run is not ended at once
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: expect.stringContaining('stopping') as string,
    });
    letGo('the whole of it');
    expect(await answer).toMatchObject({ status: 200, body: 'the whole of it' });
    await stopped;
    await expect(get('/health/live')).rejects.toThrow();
  });

  it('answers to names of this machine only', async () => {
    expect((await get('/', 'attacker.example')).status).toBe(421);
    expect((await get('/health', 'attacker.example')).body).toBe('');
    expect((await get('/health/live', 'localhost')).status).toBe(200);
  });
});
