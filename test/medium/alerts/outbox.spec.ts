import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { northwind } from '../../../demo/estate/northwind.js';
import { GLOBAL } from '../../../demo/estate/estate.js';
import { Mailbox } from '../../../demo/mailbox.js';
import { type AlertRouting, routingOf } from '../../../src/alerts/alert-routing.js';
import { writeFindingAlerts } from '../../../src/alerts/alert.store.js';
import type { AlertsConfig } from '../../../src/alerts/alerts-config.js';
import type { Delivery } from '../../../src/alerts/delivery/back-off.js';
import type { Channel, Outgoing } from '../../../src/alerts/delivery/channel.js';
import { channelsOf } from '../../../src/alerts/delivery/channels.client.js';
import { DeliverJob } from '../../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../../src/alerts/delivery/delivery.store.js';
import { messagesOf } from '../../../src/alerts/outbox.view.js';
import { retryMessage } from '../../../src/alerts/retry-message.job.js';
import { tellTroubles } from '../../../src/alerts/source-troubles.store.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';

const SEC = 'sec@example.com';
const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
let mailbox: Mailbox;
let pipeline: Pipeline;
let config: AlertsConfig;
let routing: AlertRouting;

beforeAll(async () => {
  mailbox = await Mailbox.start({ folder });
  config = {
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
    hooks: [],
    routes: [
      {
        severity: 'high',
        sources: null,
        scopes: null,
        kinds: null,
        to: [SEC, 'ciso@example.com'],
        hook: null,
      },
      { severity: 'critical', sources: null, scopes: null, kinds: null, to: [SEC], hook: null },
    ],
  };
  routing = routingOf(config);
});
afterAll(async () => {
  await mailbox.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  mailbox.received.length = 0;
  pipeline = await Pipeline.start({ estate: northwind(), routing });
});
afterEach(() => pipeline.stop());

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const signal = new AbortController().signal;
const job = (channels: readonly Channel[] = channelsOf(config), leaseMs?: number) =>
  new DeliverJob(new DeliveryStore(pipeline.db, leaseMs), channels, quiet);
const deliver = (channels?: readonly Channel[]) => job(channels).deliver({ aheadMs: 60_000, signal });
const outbox = async () => (await messagesOf(pipeline.db, { limit: 100 })).messages;
const states = async () => (await outbox()).map(({ recipient, state }) => `${recipient} ${state}`).sort();

/** A way out that answers as it is told, and remembers what it was given. */
function answering(...answers: Delivery[]): Channel & { readonly given: Outgoing[] } {
  const given: Outgoing[] = [];
  return {
    ...{ kind: 'mail', recipient: null, given },
    async send(message) {
      given.push(message);
      return answers[Math.min(given.length, answers.length) - 1] ?? { outcome: 'sent', said: '250' };
    },
  };
}

async function nightShift(): Promise<void> {
  pipeline.estate.addAdmin({ userId: 'night.shift', name: 'Night shift' });
  pipeline.estate.grantRole('night.shift', GLOBAL, 1);
  await pipeline.publish();
}

describe('a run', () => {
  it('leaves one message for each recipient, and they are sent once by however many', async () => {
    await pipeline.publish();
    expect(await states()).toEqual(['ciso@example.com pending', `${SEC} pending`]);
    const jobs = Array.from({ length: 4 }, () => job());
    await Promise.all(jobs.map((one) => one.deliver({ aheadMs: 60_000, signal })));
    expect(await states()).toEqual(['ciso@example.com sent', `${SEC} sent`]);
    expect(mailbox.received.map(({ to }) => to).sort()).toEqual(['ciso@example.com', SEC]);
    expect(mailbox.received[0]?.subject).toMatch(
      /^\[Rolewatch\] critical: read for the first time: \d+ holders/,
    );
    expect(await deliver()).toEqual([]);
  });

  it('waits a moment for what else it has to tell', async () => {
    await pipeline.publish();
    expect(await job().deliver({ aheadMs: 0, signal })).toEqual([]);
  });

  it('says who gained what where, and a quiet one says nothing', async () => {
    await pipeline.publish();
    await deliver();
    mailbox.received.length = 0;
    await nightShift();
    await pipeline.publish();
    await deliver();
    expect(mailbox.received.map(({ subject }) => subject)).toEqual(
      Array(2).fill(
        '[Rolewatch] critical: night.shift appeared with Manage administrators and device spaces in Global (hq)',
      ),
    );
    const [{ mail }] = mailbox.received as [Mailbox['received'][number]];
    expect(mail.text).toContain('rolewatch drift hq --from 1 --to 2');
  });

  it('and its judgement are one message, as long as nobody began to send it', async () => {
    await pipeline.publish();
    const [subject] = await pipeline.db.query<{ id: string }>(
      `select identity_id::text as id from identity where shown_key = 'miadmin' limit 1`,
    );
    const judge = () =>
      pipeline.db.transaction((tx) =>
        writeFindingAlerts(
          tx,
          {
            ...{ source: SOURCE, seq: 1 },
            opened: [
              {
                ...{
                  findingId: '1',
                  rule: 'epmm-x',
                  title: 'Set-up admin',
                  severity: 'critical',
                  message: 'is there',
                  because: [],
                },
                subject: { kind: 'principal', id: subject?.id ?? '0' },
              },
            ],
          },
          routing,
        ),
      );
    await judge();
    expect(await states()).toEqual(['ciso@example.com pending', `${SEC} pending`]);
    expect((await outbox())[0]?.alerts).toEqual(['1.1', '1.2']);
    await deliver();
    expect(mailbox.received[0]?.mail.text).toContain('Set-up admin');
    await judge();
    expect(await states()).toHaveLength(4);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('that cannot be published leaves no message', async () => {
    pipeline.server.password = 'another';
    expect((await pipeline.run()).outcome).toBe('failed');
    expect(await outbox()).toEqual([]);
  });
});

describe('a message', () => {
  beforeEach(() => pipeline.publish());

  it('that fails is tried again later, with the same id', async () => {
    const channel = answering({ outcome: 'failed', said: '450 later' });
    const tried = await deliver([channel]);
    expect(tried.map(({ state }) => state)).toEqual(['pending', 'pending']);
    const [message] = await outbox();
    expect(message).toMatchObject({
      state: 'pending',
      why: '450 later',
      attempts: [{ no: 1, outcome: 'failed', said: '450 later' }],
    });
    expect(new Date(message?.dueAt ?? 0).getTime()).toBeGreaterThan(
      new Date(message?.attempts[0]?.endedAt ?? 0).getTime(),
    );
    const again = answering();
    await pipeline.db.query('update outbox set due_at = now()');
    await job([again]).deliver({ aheadMs: 60_000, signal });
    expect(again.given.map(({ messageId }) => messageId).sort()).toEqual(
      channel.given.map(({ messageId }) => messageId).sort(),
    );
  });

  it('that is refused for good is dead at once, and tried again when a person says so', async () => {
    await deliver([answering({ outcome: 'refused', said: '550 no such user' })]);
    const [dead] = await outbox();
    expect(dead).toMatchObject({ state: 'dead', why: '550 no such user' });
    const order = { id: dead?.id ?? '', actor: 'os:me' };
    await retryMessage(pipeline.db, order);
    await expect(retryMessage(pipeline.db, order)).rejects.toMatchObject({ code: 'refused' });
    await deliver();
    expect(mailbox.received.map(({ to }) => to)).toEqual([dead?.recipient]);
    expect(await pipeline.db.query(`select action from action_log`)).toEqual([{ action: 'alert-retried' }]);
  });

  it('is left alone while its channel is down, and so are the others', async () => {
    const channel = answering({ outcome: 'failed', said: 'refused', channelDown: true });
    const one = job([channel]);
    await one.deliver({ aheadMs: 60_000, signal });
    await one.deliver({ aheadMs: 60_000, signal });
    expect(channel.given).toHaveLength(1);
  });

  it('whose sender is gone may have been sent: it is sent again, at most three times', async () => {
    const store = new DeliveryStore(pipeline.db, -1);
    const channel = answering();
    for (let copies = 1; copies <= 4; copies++) {
      // the same one each time: the other is not due
      await pipeline.db.query(
        `update outbox set due_at = now() + $1::int * interval '1 day'
        where recipient <> $2 and state = 'pending'`,
        [1, SEC],
      );
      await pipeline.db.query(`update outbox set due_at = now() where recipient = $1 and state = 'pending'`, [
        SEC,
      ]);
      expect((await store.claim(channel, { aheadMs: 0 }))?.recipient).toBe(SEC);
      await store.endAbandoned([], () => 0);
    }
    const ended = (await outbox()).find(({ state }) => state === 'dead');
    expect(ended?.attempts.map(({ outcome }) => outcome)).toEqual(Array(4).fill('unconfirmed'));
    expect(ended?.why).toContain('handed over 4 times');
  });

  it('that somebody else took over is not decided by who had it, unless it arrived', async () => {
    const store = new DeliveryStore(pipeline.db, -1);
    const channel = answering();
    const first = await store.claim(channel, { aheadMs: 60_000 });
    await store.endAbandoned([], () => 0);
    await store.record(first!, { outcome: 'refused', said: '550' }, 0);
    expect((await outbox()).map(({ state }) => state)).toEqual(['pending', 'pending']);
    await store.record(first!, { outcome: 'sent', said: '250' }, 0);
    expect((await outbox()).map(({ state }) => state).sort()).toEqual(['pending', 'sent']);
  });

  describe('for which nobody was there until its 24 hours were over', () => {
    const daysPass = () =>
      pipeline.db.query(
        `update outbox set tried_since = tried_since - interval '2 days', due_at = due_at - interval '2 days',
                lease_until = lease_until - interval '2 days'`,
      );

    it('is tried once more by whoever comes', async () => {
      await deliver([answering({ outcome: 'failed', said: 'later' }, { outcome: 'failed', said: 'later' })]);
      await daysPass();
      await deliver([answering({ outcome: 'sent', said: '250' }, { outcome: 'failed', said: 'no' })]);
      const rows = await outbox();
      expect(rows.map(({ state }) => state).sort()).toEqual(['dead', 'sent']);
      expect(rows.map(({ attempts }) => attempts.length)).toEqual([2, 2]);
    });

    it('is tried once more if its sender was gone', async () => {
      const store = new DeliveryStore(pipeline.db);
      await store.claim(answering(), { aheadMs: 60_000 });
      await daysPass();
      const channel = answering();
      await job([channel]).deliver({ aheadMs: 0, signal });
      expect((await outbox()).map(({ state }) => state).sort()).toEqual(['pending', 'sent']);
      await pipeline.db.query(`update outbox set due_at = now() where state = 'pending'`);
      await job([channel]).deliver({ aheadMs: 0, signal });
      expect((await outbox()).map(({ state }) => state)).toEqual(['sent', 'sent']);
    });

    it('is dead if whoever comes has no such channel', async () => {
      await daysPass();
      await deliver([{ ...answering(), kind: 'hook', recipient: SEC }]);
      expect((await outbox()).map(({ state }) => state)).toEqual(['dead', 'dead']);
      expect((await outbox())[0]?.why).toContain('no process here is configured for its channel');
    });
  });

  it('that tells of an erased person is blanked, and not sent any more', async () => {
    await deliver([answering({ outcome: 'sent', said: '250' }, { outcome: 'failed', said: '450' })]);
    const [left] = await pipeline.db.query<{ id: string }>(
      `insert into identity (source, name_space, match_key, match_form, shown_key, salt) values ($1, 'admin', 'left', 1, 'left', '\\x00') returning identity_id::text as id`,
      [SOURCE],
    );
    await pipeline.db.query(
      `insert into outbox_about (source, id, identity_id) select source, id, $1 from outbox`,
      [left?.id],
    );
    await pipeline.db.query('select erase_identity($1, $2)', [SOURCE, left?.id]);
    const rows = await pipeline.db.query('select state, subject, content from outbox order by state');
    expect(rows).toEqual([
      { state: 'dead', subject: null, content: null },
      { state: 'sent', subject: null, content: null },
    ]);
    expect(await deliver()).toEqual([]);
    expect((await outbox()).every(({ subject }) => subject === undefined)).toBe(true);
  });

  it.each([
    ['update outbox set recipient = $$x@y.example$$'],
    ['update outbox_attempt set said = $$x$$'],
    ['update outbox set content = null'],
    ['delete from outbox'],
    ['delete from outbox_attempt'],
  ])('is not rewritten: %s', async (statement) => {
    await deliver([answering({ outcome: 'failed', said: 'x' })]);
    await expect(pipeline.db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('that was tried keeps its content, and that was sent its state', async () => {
    await deliver([answering({ outcome: 'sent', said: '250' }, { outcome: 'failed', said: '450' })]);
    for (const change of [`subject = 'x'`, `severity = 'low'`, `content = '{}'`])
      await expect(pipeline.db.query(`update outbox set ${change}`)).rejects.toMatchObject({ code: '42501' });
    await expect(
      pipeline.db.query(`update outbox set state = 'pending', ended_at = null where state = 'sent'`),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a source in trouble', () => {
  const tell = () => tellTroubles(pipeline.db, [SOURCE], routing);
  const told = async () =>
    (
      await pipeline.db.query<{ told: string }>(
        `select seq || ' ' || kind as told from alert order by seq, no`,
      )
    ).map((row) => row.told);

  it('is told of once, before and after its first snapshot, whoever looks how often', async () => {
    pipeline.server.password = 'another';
    await pipeline.run();
    await Promise.all([tell(), tell(), tell()]);
    await tell();
    expect(await told()).toEqual(['0 source-paused']);
    expect(await states()).toEqual(['ciso@example.com pending', `${SEC} pending`]);
    await deliver();
    expect(mailbox.received[0]?.subject).toBe(
      '[Rolewatch] high: paused: nothing is read until somebody resumes it (hq)',
    );
    expect(mailbox.received[0]?.mail.text).toContain('rolewatch resume hq');
    expect(await pipeline.fsck()).toEqual([]);
  });
});
