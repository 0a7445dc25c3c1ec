import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Mailbox } from '../../../demo/mailbox.js';
import { routingOf } from '../../../src/alerts/alert-routing.js';
import { insertAlerts } from '../../../src/alerts/alert.store.js';
import { escalate } from '../../../src/alerts/escalation.store.js';
import { type AlertingConfig, alertsCommand } from '../../../src/alerts/alerts.command.js';
import { NO_ALERTS } from '../../../src/alerts/alerts-config.js';
import { signatureOf } from '../../../src/alerts/message/hook.js';
import { runCommandLine } from '../../../src/platform/command/run-command-line.js';
import { OpenDatabase } from '../../../src/platform/open-database.js';
import { projectFile } from '../../../src/platform/project-files.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let mailbox: Mailbox;
let config: AlertingConfig;
const folder = mkdtempSync(join(tmpdir(), 'alerts-command-'));
beforeAll(async () => {
  database = await freshDatabase();
  mailbox = await Mailbox.start({ folder });
  const route = { severity: 'high', sources: null, scopes: null, kinds: null, hook: null } as const;
  config = {
    sources: [],
    alerts: {
      ...NO_ALERTS,
      smtp: {
        ...{
          host: '127.0.0.1',
          port: mailbox.port,
          security: 'none',
          username: null,
          password: null,
          caFile: null,
        },
        from: { name: 'Rolewatch', address: 'rolewatch@example.com' },
        limits: { connectSeconds: 5, greetingSeconds: 5, idleSeconds: 5, messageSeconds: 20 },
      },
      routes: [
        { ...route, to: ['a@example.com', 'b@example.com'] },
        { ...route, to: ['a@example.com', 'c@example.com'] },
      ],
    },
  };
});
afterAll(async () => {
  await mailbox.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => (mailbox.received.length = 0));

async function typed(...argv: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const opened = Object.assign(Object.create(OpenDatabase.prototype) as OpenDatabase, {
    db: database.db,
    close: async () => undefined,
  });
  const exitCode = await runCommandLine<AlertingConfig>({
    ...{ commands: [alertsCommand], version: '0', argv: ['alerts', ...argv], streams: { stdout, stderr } },
    loadConfig: async () => config,
    openDatabase: async () => opened,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { exitCode, out, err };
}

describe('rolewatch alerts test', () => {
  const to = () => mailbox.received.map((mail) => mail.to);

  it('sends to everybody whom a route names, once, and says how it went', async () => {
    const { exitCode, out } = await typed('test');
    expect(exitCode).toBe(0);
    expect(to()).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(out).toMatch(
      /a@example\.com: sent\n {2}connected to 127\.0\.0\.1:\d+, without TLS\n {2}message accepted/,
    );
    expect(mailbox.received[0]?.subject).toBe(
      '[Rolewatch] low: this is a test: alerts reach you here (test)',
    );
  });

  it('sends to those beyond the routes, too', async () => {
    const own = config;
    const steps = [{ afterMinutes: 30, to: ['lead@example.com', 'a@example.com'], hook: null }];
    const schedule = { expression: '0 7 * * *', timezone: 'UTC' };
    const allQuiet = { to: ['quiet@example.com'], hook: null, schedule };
    config = { ...own, alerts: { ...own.alerts, allQuiet, escalation: { severity: 'critical', steps } } };
    await typed('test');
    config = own;
    expect(to().slice(3)).toEqual(['lead@example.com', 'quiet@example.com']);
  });

  it('sends only where asked', async () => {
    await typed('test', '--route', '2');
    expect(to()).toEqual(['a@example.com', 'c@example.com']);
    await typed('test', '--to', 'me@example.com');
    expect(to().at(-1)).toBe('me@example.com');
  });

  it('says what is wrong, and ends with 1', async () => {
    const { smtp } = config.alerts;
    if (smtp === null) throw new Error('there is a mail server');
    const working = config;
    config = { ...config, alerts: { ...config.alerts, smtp: { ...smtp, security: 'starttls' } } };
    const { exitCode, out } = await typed('test', '--to', 'me@example.com', '--json');
    config = working;
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      tested: [
        {
          recipient: 'me@example.com',
          outcome: 'failed',
          steps: [],
          said: expect.stringContaining('no STARTTLS'),
        },
      ],
    });
  });

  it.each([
    [['test', '--route', '3'], /there is no route 3: alerts.routes has 2/],
    [['test', '--route', '0'], /there is no route 0/],
    [['tset'], /no action of alerts is called "tset"; did you mean "test"\?/],
    [['retry'], /which message\?/],
    [['retry', '7'], /there is no message 7/],
    [['acknowledge'], /which alert\? Its message names it/],
    [['acknowledge', '2.1'], /--reason must say/],
    [['acknowledge', '2.1', '--reason', 'x'], /--source must say whose alert it is/],
    [
      ['acknowledge', '2.1', '--reason', 'x', '--source', 'hq'],
      /nothing was ever read from a source named "hq"/,
    ],
    [['--state', 'died'], /one of waiting, pending, sending, sent, dead, .*\. Did you mean dead\?/],
  ])('%j is refused', async (argv, message) => {
    const { exitCode, err } = await typed(...argv);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(message)]);
    expect(to()).toEqual([]);
  });
});

describe('rolewatch alerts', () => {
  it('says that there is nothing, too', async () => {
    expect((await typed()).out).toBe('Messages: 0 sent, 0 waiting, 0 given up.\n');
    expect(JSON.parse((await typed('--json')).out)).toEqual({
      ...{
        messages: [],
        counts: { pending: 0, sending: 0, sent: 0, dead: 0, waiting: 0, collected: 0, withdrawn: 0 },
        untold: 0,
      },
    });
  });
});

describe('docs/alerts.md', () => {
  it('verifies a signature by the commands as they stand there', () => {
    const manual = readFileSync(projectFile('docs', 'alerts.md'), 'utf8');
    const script = /```sh\n(.*?)```/s.exec(manual)?.[1] ?? '';
    const body = '{"name":"José"}';
    writeFileSync(join(folder, 'body.json'), body);
    const run = (SIGNATURE: string) =>
      execFileSync('sh', ['-c', `${script}\ntrue`], {
        ...{ cwd: folder, encoding: 'utf8' },
        env: { ...process.env, TIMESTAMP: '1700000000', SECRET: 'geheim', SIGNATURE },
      });
    expect(run(signatureOf('geheim', 1_700_000_000, body))).toBe('genuine\n');
    expect(run(signatureOf('geheim', 1_700_000_000, `${body} `))).toBe('');
  });
});

describe('rolewatch alerts acknowledge', () => {
  it('acknowledges several at once, and says what waits and what is not needed', async () => {
    await database.db.query(`INSERT INTO source (name, kind) VALUES ('shop', 'ivanti-epmm')`);
    const steps = [{ afterMinutes: 30, to: ['lead@example.com'], hook: null }];
    const routing = routingOf({ ...config.alerts, routes: [], escalation: { severity: 'high', steps } });
    const alerts = ['a', 'b'].map(
      (why) => ({ kind: 'run-failed', severity: 'high', body: { why } }) as const,
    );
    await database.db.transaction((tx) => insertAlerts(tx, { source: 'shop', seq: 0, alerts }, routing));
    expect((await typed('--state', 'waiting')).out).toMatch(
      /1 for later, 0 given up[^]*for later {2}lead@example\.com[^]*step 1: leaves 20.* UTC unless somebody acknowledges/,
    );
    const { exitCode, out } = await typed('acknowledge', '0.1,0.2', '--source', 'shop', '--reason', 'on it');
    expect([exitCode, out]).toEqual([0, 'acknowledged in shop: 0.1, 0.2; it goes no further\n']);
    const again = await typed('acknowledge', '0.2', '--source', 'shop', '--reason', 'x');
    expect([again.exitCode, again.err]).toEqual([
      1,
      expect.stringContaining('is acknowledged already, by os:'),
    ]);
    await database.db.query(`UPDATE outbox SET due_at = now() WHERE state = 'waiting'`);
    await escalate(database.db, routing);
    expect((await typed()).out).toContain('not needed  lead@example.com');
  });
});
