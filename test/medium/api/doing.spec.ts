import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mailbox } from '../../../demo/mailbox.js';
import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { type AlertsConfig, NO_ALERTS } from '../../../src/alerts/alerts-config.js';
import { ApiBench } from './api-bench.js';

const folder = mkdtempSync(join(tmpdir(), 'api-doing-'));
const waiversFile = join(folder, 'waivers.yaml');
const packFile = join(folder, 'site.yaml');
const SEC = 'security@example.com';

let mailbox: Mailbox;
let bench: ApiBench;
let admin: string;
let prefix: string;
beforeAll(async () => {
  writeFileSync(waiversFile, 'waivers: []\n');
  writeFileSync(packFile, ruleOf('Nobody may lock devices'));
  mailbox = await Mailbox.start({ folder });
  bench = await ApiBench.open(
    {},
    { alerts: alertsTo(mailbox.port), rules: { packs: [packFile], waivers: waiversFile } },
  );
  ({ token: admin, prefix } = await bench.token('admin'));
});
afterAll(async () => {
  await bench.close();
  await mailbox.stop();
  rmSync(folder, { recursive: true });
});

const get = (path: string, token = admin) => bench.ask(`/api/v1/${path}`, { token });
const post = (path: string, body: string | object = {}, token = admin) =>
  bench.ask(`/api/v1/${path}`, { method: 'POST', token, body });
/** What was done since `before`, and by the token of this file. */
const done = async (before: readonly object[]): Promise<string[]> => {
  const rows = (await bench.actions()).slice(before.length);
  return rows.filter(({ actor }) => actor === `token:${prefix}`).map(({ action }) => action);
};

function alertsTo(port: number): AlertsConfig {
  const account = { username: null, password: null, caFile: null };
  const limits = { connectSeconds: 5, greetingSeconds: 5, idleSeconds: 5, messageSeconds: 20 };
  const from = { name: 'Rolewatch', address: 'rolewatch@example.com' };
  const route = {
    severity: 'high',
    sources: null,
    scopes: null,
    kinds: null,
    to: [SEC],
    hook: null,
  } as const;
  return {
    ...NO_ALERTS,
    smtp: { host: '127.0.0.1', port, security: 'none', ...account, from, limits },
    routes: [route],
  };
}

function ruleOf(title: string): string {
  return `id: site-lock
version: 1
title: ${title}
severity: low
product: ivanti-epmm
why: It is a test.
advice: Take it away.
controls: []
subject: principal
match: { any_of: [Lock device] }
`;
}

describe('rules', () => {
  it('are shown, tested and linted as they are in the files this moment', async () => {
    expect((await get('rules/site-lock')).json).toMatchObject({
      title: 'Nobody may lock devices',
      rule: { match: { any_of: ['Lock device'] } },
    });
    expect((await get('rules/site-lok')).json.error).toEqual({
      code: 'unknown-rule',
      message: 'no rule is called "site-lok"; did you mean "site-lock"?',
    });
    const { passed, failed, results } = (await get('rules/test')).json;
    expect([failed, passed]).toEqual([0, results.length]);
    expect(passed).toBeGreaterThan(50);
    const { faults } = (await get('rules/lint')).json;
    expect(faults[0]).toMatchObject({ rule: 'site-lock', message: expect.stringContaining('has no test') });
    expect((await get('rules/schema')).json.$defs.rule.required).toContain('severity');
  });

  it('are put in force as they were looked at, once, however many ask', async () => {
    writeFileSync(packFile, ruleOf('Nobody may lock any device'));
    const { digest } = (await get('rules')).json;
    const active = (await get('rules/active')).json;
    expect(active).toMatchObject({ actor: 'rolewatch', onDisk: digest, differ: true });
    const before = await bench.actions();
    const other = await post('rules/activate', { digest: active.digest, reason: 'x' });
    expect([other.status, other.json.error.code]).toEqual([409, 'expectation-failed']);
    expect(await done(before)).toEqual([]);
    const order = { digest, reason: 'agreed on Monday' };
    const answers = await Promise.all([1, 2, 3].map(() => post('rules/activate', order)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.filter(({ json }) => json.activated).map(({ json }) => json.before)).toEqual([
      active.digest,
    ]);
    expect(await done(before)).toEqual(['ruleset-activated']);
    expect((await get('rules/active')).json).toMatchObject({
      digest,
      actor: `token:${prefix}`,
      reason: 'agreed on Monday',
      differ: false,
    });
  });

  it('with a fault are told as they are, and change nothing that is in force', async () => {
    const { digest } = (await get('rules/active')).json;
    writeFileSync(packFile, ruleOf('Nobody may lock any device').replace('severity: low', 'severity: lo'));
    for (const path of ['rules', 'rules/test', 'rules/lint', 'rules/site-lock']) {
      const { status, json } = await get(path);
      expect([status, json.error.code]).toEqual([409, 'refused']);
      expect(json.error.message).toMatch(/site\.yaml:4:11 .*did you mean "low"/);
    }
    const { status, json } = await post('rules/activate', { digest, reason: 'x' });
    expect([status, json.error.code]).toEqual([409, 'refused']);
    expect((await get('rules/active')).json).toMatchObject({ digest, onDisk: null, differ: true });
    writeFileSync(packFile, ruleOf('Nobody may lock any device'));
  });

  it.each([
    ['without a digest', { reason: 'x' }],
    ['with a list for one', { digest: ['0'.repeat(64)], reason: 'x' }],
    ['with half of one', { digest: '0123', reason: 'x' }],
    ['without a reason', { digest: '0'.repeat(64), reason: ' ' }],
    ['with a key too many', { digest: '0'.repeat(64), reason: 'x', force: true }],
  ])('are not put in force %s', async (_, body) => {
    const { status, json } = await post('rules/activate', body);
    expect([status, json.error.code]).toEqual([400, 'usage']);
  });
});

describe('waivers and what is open', () => {
  it('say what each covers, and how the others stand', async () => {
    const { findings } = (await get('findings')).json;
    const finding = findings.find((one: { subject: { kind: string } }) => one.subject.kind === 'principal');
    const { kind, key } = finding.subject;
    const about = {
      rule: finding.rule.id,
      subject: { source: 'hq', kind, key },
      reason: 'r',
      approver: 'the boss',
    };
    const { failing } = (await get('check?failOn=low')).json;
    expect(failing).toBeGreaterThan(0);
    const waivers = [
      { ...about, until: tomorrow() },
      { ...about, from: '2020-01-01', until: '2020-02-01' },
      { ...about, from: tomorrow(), until: tomorrow(30) },
      { ...about, subject: { source: 'hq', kind: 'source' }, until: tomorrow() },
      { ...about, subject: { source: 'elsewhere', kind: 'source' }, until: tomorrow() },
      { ...about, rule: 'no-such-rule', until: tomorrow() },
    ];
    writeFileSync(waiversFile, JSON.stringify({ waivers }));
    const states = async (): Promise<string[]> =>
      (await get('waivers')).json.waivers.map((one: { state: string }) => one.state);
    // until the clock's next look
    let now = await states();
    expect(now.slice(1, 3)).toEqual(['ended', 'to-come']);
    while (now.includes('not-judged')) now = await states();
    expect(now).toEqual(['in-force', 'ended', 'to-come', 'unused', 'not-applicable', 'not-applicable']);
    const all = (await get('waivers')).json.waivers;
    expect(all[0]).toMatchObject({
      source: 'hq',
      subject: { kind, key },
      approver: 'the boss',
      covers: [finding.id],
    });
    expect(all[3].why).toBe('there is no finding that it applies to');
    expect(all[4].why).toContain('there is no source "elsewhere"');
    const after = (await get('sources/hq/check?failOn=low')).json;
    expect([after.failing, after.sources[0].waived]).toEqual([failing - 1, 1]);
    expect((await get('sources/hq/waivers')).json.waivers).toHaveLength(5);
  });

  it('are those of the sources that a token sees', async () => {
    const { token } = await bench.token('viewer', ['branch']);
    expect((await get('waivers', token)).json).toEqual({ waivers: [] });
    expect((await get('check?failOn=low', token)).json).toEqual({ sources: [], failing: 0 });
    expect((await get('sources/hq/waivers', token)).status).toBe(404);
  });

  it('stay told where the file of waivers has a fault', async () => {
    writeFileSync(waiversFile, 'waivers: [{ rule: x }]');
    const { status, json } = await get('waivers');
    expect([status, json.error.code]).toEqual([409, 'refused']);
    const { sources } = (await get('check')).json;
    expect(sources[0].notJudged).toContain('waivers.yaml has');
    expect(sources[0].open.length).toBeGreaterThan(0);
    writeFileSync(waiversFile, 'waivers: []');
  });
});

function tomorrow(days = 1): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

describe('messages', () => {
  it('go to a route and nowhere else when they are a test', async () => {
    const before = await bench.actions();
    mailbox.received.length = 0;
    const { status, json } = await post('alerts/test', { to: SEC });
    expect([status, json.tested]).toMatchObject([
      200,
      [{ channel: 'mail', recipient: SEC, outcome: 'sent' }],
    ]);
    expect(mailbox.received.filter(({ subject }) => subject.includes('this is a test'))).toHaveLength(1);
    expect(await done(before)).toEqual(['alerts-tested']);
    for (const body of [
      { to: 'somebody@example.org' },
      { route: 2 },
      { route: '1' },
      { to: [SEC] },
      { from: SEC },
    ])
      expect((await post('alerts/test', body)).status).toBe(400);
    expect(await done(before)).toEqual(['alerts-tested']);
    const detail = await bench.pipeline.db.query(
      `SELECT detail FROM action_log WHERE action = 'alerts-tested'`,
    );
    expect(detail).toEqual([{ detail: { recipients: 1 } }]);
  });

  it('that were given up are tried again, and arrive; others are left alone', async () => {
    const { db, estate } = bench.pipeline;
    estate.grantRole('root', 2, 7);
    await bench.pipeline.publish();
    await db.query(`UPDATE outbox SET state = 'dead', why = '550', ended_at = now() WHERE state = 'pending'`);
    const [newest, ...older] = (await get('sources/hq/messages')).json.messages;
    expect((await get(`sources/hq/messages?before=${newest.id}`)).json.messages).toEqual(older);
    const before = await bench.actions();
    mailbox.received.length = 0;
    expect((await post(`sources/branch/messages/${newest.id}/retry`)).json.error.code).toBe(
      'unknown-message',
    );
    const { status, json } = await post(`sources/hq/messages/${newest.id}/retry`);
    expect([status, json]).toEqual([200, { id: newest.id, recipient: SEC, state: 'pending' }]);
    const again = await post(`sources/hq/messages/${newest.id}/retry`);
    expect([again.status, again.json.error.code]).toEqual([409, 'refused']);
    expect((await post('sources/hq/messages/x/retry')).status).toBe(400);
    expect(await done(before)).toEqual(['alert-retried']);
    while (!mailbox.received.some(({ subject }) => subject === newest.subject))
      await new Promise((later) => setTimeout(later, 100));
  });
});

describe('people', () => {
  it('are erased once they have left and nobody holds them, by an admin of the source', async () => {
    const { estate } = bench.pipeline;
    const person = { key: 'bob', reason: 'asked to on 3 March' };
    const before = await bench.actions();
    const upstream = await post('sources/hq/erase', person);
    expect([upstream.status, upstream.json.error.message]).toEqual([
      409,
      expect.stringContaining('still shows bob'),
    ]);
    estate.removeAdmin('bob');
    await bench.pipeline.publish();
    expect((await post('sources/hq/legal-hold', person)).json).toMatchObject({
      done: 'hold-placed',
      also: [],
    });
    expect((await post('sources/hq/erase', person)).json.error.message).toContain('is on legal hold');
    expect((await post('sources/hq/legal-hold', person)).status).toBe(409);
    expect((await post('sources/hq/legal-hold/release', person)).json.done).toBe('hold-released');
    expect((await post('sources/hq/legal-hold/release', person)).json.error.code).toBe('nothing-held');
    const { json } = await post('sources/hq/erase', person);
    expect(json).toMatchObject({ source: 'hq', done: 'erased', also: [] });
    expect(json.records).toBeGreaterThan(0);
    expect(await done(before)).toEqual(['legal-hold', 'legal-hold-released', 'erase']);
    const gone = await post('sources/hq/erase', person);
    expect([gone.status, gone.json.error.code]).toEqual([404, 'unknown-subject']);
    const known = await bench.pipeline.db.query(`SELECT FROM identity WHERE match_key = 'bob'`);
    expect(known).toEqual([]);
    expect(JSON.stringify(await bench.pipeline.db.query('SELECT detail FROM action_log'))).not.toContain(
      'bob',
    );
  });

  it.each([
    ['a list for a key', { key: ['sue'], reason: 'x' }],
    ['no reason', { key: 'sue' }],
    ['a name space of nobody', { key: 'sue', nameSpace: 'role', reason: 'x' }],
    ['what the command line calls an option', { key: 'sue', reason: 'x', hold: true }],
  ])('are not erased by an order with %s', async (_, body) => {
    expect((await post('sources/hq/erase', body)).status).toBe(400);
  });
});

describe('a look-up', () => {
  const paused = (): Promise<{ why: string | null }[]> =>
    bench.pipeline.db.query(`SELECT paused_why AS why FROM source WHERE name = 'hq'`);

  it('asks the server, and is logged without the word', async () => {
    const before = await bench.actions();
    const { status, json } = await post('sources/hq/lookup', { word: 'Ann', type: 'USER' });
    expect([status, json.word, json.scope]).toEqual([200, 'Ann', '1']);
    expect(json.entries).toEqual([expect.objectContaining({ name: 'ann', type: 'USER' })]);
    expect(await done(before)).toEqual(['directory-looked-up']);
    const log = await bench.pipeline.db.query('SELECT detail FROM action_log ORDER BY id DESC LIMIT 1');
    expect(log).toEqual([{ detail: { scope: '1', type: 'USER' } }]);
    for (const body of [
      { word: '' },
      { word: 'a'.repeat(21) },
      { word: ['a'] },
      { word: 'a', type: 'DEVICE' },
    ])
      expect((await post('sources/hq/lookup', body)).status).toBe(400);
  });

  it('that is refused pauses the source, and nothing is sent to a paused one', async () => {
    const right = process.env['VILLAGE_PASSWORD'] ?? '';
    process.env['VILLAGE_PASSWORD'] = 'wrong';
    const refused = await post('sources/hq/lookup', { word: 'Ann' });
    process.env['VILLAGE_PASSWORD'] = right;
    expect([refused.status, refused.json.error.code]).toEqual([502, 'source-failed']);
    expect(await paused()).toEqual([{ why: refused.json.error.message }]);
    const before = await bench.actions();
    const again = await post('sources/hq/lookup', { word: 'Ann' });
    expect([again.status, again.json.error.code]).toEqual([409, 'source-paused']);
    expect(await done(before)).toEqual([]);
    expect((await post('sources/hq/resume')).json.resumed).toBe(true);
    const mended = await post('sources/hq/lookup', { word: 'Ann' });
    // without a type, of all types
    expect(mended.json).toMatchObject({ total: 1, entries: [{ name: 'ann', type: 'USER' }] });
  });
});

describe('tokens and keys', () => {
  it('are listed without what they are, and end at once', async () => {
    const other = await bench.token('viewer');
    const { body, json } = await get('tokens');
    expect(json.tokens).toContainEqual(
      expect.objectContaining({ id: other.id, role: 'viewer', state: 'valid' }),
    );
    expect(body).not.toContain(other.token.slice(12, 40));
    expect((await post(`tokens/${other.id}/revoke`)).json).toEqual({
      id: other.id,
      prefix: other.prefix,
      state: 'revoked',
    });
    expect((await get('sources', other.token)).status).toBe(401);
    expect((await post(`tokens/${other.id}/revoke`)).json.error.code).toBe('refused');
    expect((await post('tokens/99999/revoke')).json.error.code).toBe('unknown-token');
    expect((await post('tokens/first/revoke')).status).toBe(400);
  });

  it('of evidence is the one that archives are signed with', async () => {
    const { fingerprint, pem } = (await get('evidence/key')).json;
    const { bytes } = await post('sources/hq/evidence');
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes.includes(Buffer.from(pem))).toBe(true);
  });

  it('leave a log whose chain holds', async () => {
    expect(await verifyActionLog(bench.pipeline.db)).toBeNull();
  });
});
