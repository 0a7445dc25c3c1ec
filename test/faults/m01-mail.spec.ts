/** M1–M3: mail servers that are away, lie, or lose what they took; nothing lost, at most three copies too many. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { routingOf } from '../../src/alerts/alert-routing.js';
import type { AlertsConfig, SmtpConfig } from '../../src/alerts/alerts-config.js';
import { channelsOf } from '../../src/alerts/delivery/channels.client.js';
import { DeliverJob } from '../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../src/alerts/delivery/delivery.store.js';
import { messagesOf } from '../../src/alerts/outbox.view.js';
import { addAdmin, GLOBAL, village } from '../medium/pipeline/village.js';
import { PASSWORD, Pipeline } from '../support/pipeline.js';
import { expectSound, expectWords } from './support/afterwards.js';
import { Authority } from './support/certificates.js';
import { describeWith } from './support/needs.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { long } from './support/tier.js';

const TO = ['sec@example.com', 'ciso@example.com'];
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Taken {
  readonly to: string;
  readonly raw: Buffer;
}

describeWith(['openssl'])('mail', () => {
  const ours = new Authority('ours');
  const theirs = new Authority('theirs');
  const caFile = ours.file;
  let pipeline: Pipeline;
  let closing: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
  });
  afterAll(() => [ours, theirs].forEach((authority) => authority.remove()));

  const configOf = (port: number, changed: Partial<SmtpConfig> = {}): AlertsConfig => ({
    smtp: {
      ...{ host: '127.0.0.1', port, security: 'none', username: null, password: null, caFile: null },
      from: { name: 'Rolewatch', address: 'rolewatch@example.com' },
      limits: { connectSeconds: 1, greetingSeconds: 1, idleSeconds: 2, messageSeconds: 4 },
      ...changed,
    },
    hooks: [],
    routes: [{ severity: 'high', sources: null, scopes: null, kinds: null, to: TO, hook: null }],
  });

  /** A run with something to tell, to everybody in TO. */
  async function told(name = 'night.shift'): Promise<void> {
    pipeline = await Pipeline.start({ estate: village(), routing: routingOf(configOf(1)) });
    closing.push(() => pipeline.stop());
    await pipeline.publish();
    await pipeline.db.query(`update outbox set state = 'dead', ended_at = now(), why = 'of the beginning'`);
    addAdmin(pipeline.estate, name, [GLOBAL, 1]);
    pipeline.estate.setName(name, name);
    await pipeline.publish();
  }

  /** As if every pause had passed. */
  async function deliver(config: AlertsConfig): Promise<void> {
    await pipeline.db.query(`update outbox set due_at = now() where state = 'pending'`);
    const job = new DeliverJob(new DeliveryStore(pipeline.db), channelsOf(config), quiet);
    await job.deliver({ aheadMs: 60_000, signal: new AbortController().signal });
  }

  async function outbox() {
    const { messages } = await messagesOf(pipeline.db, { limit: 100 });
    return messages.filter(({ why }) => why !== 'of the beginning');
  }

  async function serve(options: SMTPServerOptions = {}): Promise<{ port: number; taken: Taken[] }> {
    const taken: Taken[] = [];
    const server = new SMTPServer({
      ...{ authOptional: true, logger: false, hideSTARTTLS: true, closeTimeout: 100 },
      onData(stream, session, done) {
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          const raw = Buffer.concat(pieces);
          for (const { address } of session.envelope.rcptTo) taken.push({ to: address, raw });
          done();
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
    closing.push(() => new Promise<void>((down) => server.close(down)));
    return { port: (server.server.address() as AddressInfo).port, taken };
  }

  async function raw(talk: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      talk(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return (server.address() as AddressInfo).port;
  }

  /** Everybody got it once the fault ended; the copies of a message are the same message. */
  async function expectTold(config: AlertsConfig, taken: readonly Taken[], copies = 1): Promise<void> {
    await deliver(config);
    await deliver(config);
    expect((await outbox()).map(({ recipient, state }) => `${recipient} ${state}`).sort()).toEqual(
      TO.map((to) => `${to} sent`).sort(),
    );
    for (const to of TO) {
      const got = taken.filter((one) => one.to === to);
      expect([to, got.length >= 1, got.length <= copies]).toEqual([to, true, true]);
      expect(new Set(got.map(({ raw: bytes }) => bytes.toString())).size).toBe(1);
    }
    await expectSound({ pipeline, secrets: [PASSWORD] });
  }

  const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
  const at =
    (port: number, changed: Partial<SmtpConfig> = {}) =>
    () =>
      Promise.resolve(configOf(port, changed));

  const BAD: [string, () => Promise<AlertsConfig>, RegExp][] = [
    ['down', at(1), /refuses the connection/],
    ['silent', async () => configOf(await raw(() => undefined)), /did not greet in time/],
    [
      'gone after a piece of a greeting',
      async () => configOf(await raw((s) => void s.end('22'))),
      /cut|greet|turns us away|failed/,
    ],
    [
      'busy',
      async () => configOf(await raw((s) => void s.end('421 come back later\r\n'))),
      /turns us away: 421/,
    ],
    [
      'not a mail server',
      async () => configOf(await raw((s) => void s.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
      /HTTP|turns us away|failed/,
    ],
    [
      'greeting without an end',
      async () => configOf(await raw((s) => drip(s))),
      /in time|longer|stopped|failed|turns us away|larger/,
    ],
    [
      'without STARTTLS',
      async () =>
        configOf((await serve({ disabledCommands: ['STARTTLS', 'AUTH'] })).port, {
          security: 'starttls',
          caFile,
        }),
      /offers no STARTTLS.*nothing was sent/,
    ],
    [
      'of an unknown authority',
      async () =>
        configOf((await serve({ ...theirs.certificate(), hideSTARTTLS: false })).port, {
          security: 'starttls',
          caFile,
        }),
      /nothing was sent.*caFile/,
    ],
    [
      'with an expired certificate',
      async () =>
        configOf((await serve({ ...ours.certificate({ expired: true }), secure: true })).port, {
          security: 'tls',
          caFile,
        }),
      /nothing was sent.*expired/,
    ],
    [
      'of another host',
      async () =>
        configOf(
          (await serve({ ...ours.certificate({ subject: 'DNS:elsewhere.example' }), secure: true })).port,
          {
            ...{ security: 'tls', caFile },
          },
        ),
      /nothing was sent.*another host/,
    ],
    [
      'greylisting',
      async () =>
        configOf(
          (await serve({ onRcptTo: (_a, _s, done) => done(refusal(451, 'greylisted, try later')) })).port,
        ),
      /451.*greylisted/,
    ],
    [
      'full',
      async () =>
        configOf((await serve({ onMailFrom: (_a, _s, done) => done(refusal(452, 'disk full')) })).port),
      /sender.*452/,
    ],
  ];

  // the short tier takes a few of them: each waits for what the others wait for
  it.each(BAD.filter((_, n) => long || n % 3 === 0))(
    '%s: waits, says why, and arrives once it is well',
    async (_, bad, words) => {
      await told();
      await deliver(await bad());
      for (const { state, why } of await outbox()) {
        expect(state).toBe('pending');
        if (why === undefined) continue;
        expectWords(why);
        expect(why).toMatch(words);
      }
      expect((await outbox()).some(({ why }) => why !== undefined)).toBe(true);
      const good = await serve();
      await expectTold(configOf(good.port), good.taken);
    },
  );

  it('one of two is taken, the other later', async () => {
    await told();
    const half = await serve({
      onRcptTo: ({ address }, _session, done) => done(address === TO[0] ? refusal(450, 'not now') : null),
    });
    await deliver(configOf(half.port));
    expect(half.taken.map(({ to }) => to)).toEqual([TO[1]]);
    const good = await serve();
    await deliver(configOf(good.port));
    expect(good.taken.map(({ to }) => to)).toEqual([TO[0]]);
    await expectSound({ pipeline, secrets: [PASSWORD] });
  });

  it('the connection is lost after DATA, each time: at most four copies of one message, and then it says so', async () => {
    await told();
    const { port, taken } = await serve({
      onData(stream, session, done) {
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          for (const { address } of session.envelope.rcptTo)
            taken.push({ to: address, raw: Buffer.concat(pieces) });
          proxy.resetAll();
          done();
        });
      },
    });
    const proxy = await TcpProxy.start({ port });
    closing.push(() => proxy.stop());
    for (let n = 0; n < 6; n++) for (const _ of TO) await deliver(configOf(proxy.port));
    for (const to of TO) {
      const got = taken.filter((one) => one.to === to);
      expect(got).toHaveLength(4);
      const ids = await Promise.all(got.map(async (one) => (await simpleParser(one.raw)).messageId));
      expect(new Set(ids).size).toBe(1);
    }
    for (const { state, why } of await outbox()) {
      expect(state).toBe('dead');
      expect(why).toMatch(/handed over 4 times/);
    }
    await expectSound({ pipeline, secrets: [PASSWORD] });
  });

  it('lost once after DATA: two copies, the same to the byte', async () => {
    await told();
    const good = await serve();
    const proxy = await TcpProxy.start({ port: good.port });
    closing.push(() => proxy.stop());
    // everything up to the end of the message passes, the answer to it does not
    proxy.do({ way: 'up', after: { bytes: 2_500, then: 'reset' }, times: 1 });
    await deliver(configOf(proxy.port));
    proxy.calm();
    await expectTold(configOf(proxy.port), good.taken, 2);
  });

  it.each([
    ['line ends', 'eve\r\nBcc: all@example.com\r\n\r\nSend money'],
    ['another address', 'eve@example.com>, <all@example.com'],
    ['HTML', '<img src=x onerror=alert(1)>"\'&<script>fetch(1)</script>'],
    [
      'directions and marks',
      `eve\u202egnp.exe\u2066\u200b\ufeff${'e\u0301\u0302\u0303\u0304\u0305'.repeat(40)}`,
    ],
    ['encoded words', '=?utf-8?B?QmNjOiBhbGxAZXhhbXBsZS5jb20=?='],
    ['a lone dot', 'eve\r\n.\r\nMAIL FROM:<x@example.com>'],
    ['links', 'click https://evil.example.com now'],
    ['a long name', 'e'.repeat(50_000)],
  ])('names with %s stay names', async (_, name) => {
    const key = `eve-${randomUUID().slice(0, 8)}`;
    pipeline = await Pipeline.start({ estate: village(), routing: routingOf(configOf(1)) });
    closing.push(() => pipeline.stop());
    await pipeline.publish();
    await pipeline.db.query(`update outbox set state = 'dead', ended_at = now(), why = 'of the beginning'`);
    addAdmin(pipeline.estate, `${key}${name.slice(0, 200)}`, [GLOBAL, 1]);
    pipeline.estate.setName(`${key}${name.slice(0, 200)}`, name);
    await pipeline.publish();
    const good = await serve();
    await expectTold(configOf(good.port), good.taken);
    expect(good.taken.map(({ to }) => to).sort()).toEqual([...TO].sort());
    for (const { to, raw: bytes } of good.taken) {
      const head = bytes.toString().split('\r\n\r\n')[0] ?? '';
      expect(head).not.toMatch(/^Bcc:|^MAIL FROM/im);
      for (const line of bytes.toString().split('\r\n')) expect(line.length).toBeLessThan(999);
      const mail = await simpleParser(bytes);
      expect(
        [mail.to]
          .flat()
          .flatMap((one) => one?.value ?? [])
          .map(({ address }) => address),
      ).toEqual([to]);
      expect(mail.html).not.toMatch(/<script|<img|href=/);
      expect(mail.subject?.length).toBeLessThan(200);
      expect(`${mail.subject} ${mail.text}`).not.toMatch(
        /[\u202a-\u202e\u2066-\u2069\u200b\ufeff]|https:\/\/evil/,
      );
    }
  });
});

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('220-hello\r\n'), 200);
  socket.on('close', () => clearInterval(timer));
}
