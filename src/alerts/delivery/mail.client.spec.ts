import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Mailbox } from '../../../demo/mailbox.js';
import { Secret } from '../../platform/config/secret.js';
import type { SmtpConfig } from '../alerts-config.js';
import type { Outgoing } from './channel.js';
import { MailClient } from './mail.client.js';

const folder = mkdtempSync(join(tmpdir(), 'mail-'));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
beforeAll(() => {
  if (!hasOpenssl) return;
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'pem'), '-subj', '/CN=mail test'];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files];
  execFileSync('openssl', [...request, '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'pipe' });
});
afterAll(() => rmSync(folder, { recursive: true }));
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  while (closers.length > 0) await closers.pop()?.();
});

const MESSAGE: Outgoing = {
  ...{ source: 'hq', messageId: '<1@example.com>', recipient: 'sec@example.com', severity: 'critical' },
  subject: '[Rolewatch] critical: José gained Wipe device in Global (hq)',
  content: { text: 'Grüße\n.\n..dots\n', html: '<p>Grüße</p>' },
  createdAt: new Date('2026-03-01T10:00:00Z'),
};

function config(port: number, changed: Partial<SmtpConfig> = {}): SmtpConfig {
  return {
    ...{ host: '127.0.0.1', port, security: 'none', username: null, password: null, caFile: null },
    from: { name: 'Rolewatch', address: 'rolewatch@example.com' },
    limits: { connectSeconds: 1, greetingSeconds: 1, idleSeconds: 1, messageSeconds: 5 },
    ...changed,
  };
}

interface Sent {
  readonly changed?: Partial<SmtpConfig>;
  readonly password?: string;
  readonly caPem?: string;
  readonly signal?: AbortSignal;
  readonly steps?: string[];
}

async function send(port: number, { changed, password, caPem, signal, steps }: Sent = {}) {
  const secrets = { password: password === undefined ? null : new Secret(password), caPem };
  const client = new MailClient({
    config: config(port, changed),
    secrets: async () => secrets,
    ...(steps && { onStep: (step) => steps.push(step) }),
  });
  return client.send(MESSAGE, signal ?? new AbortController().signal);
}

/** A real server with one habit. @returns its port, and what it took */
async function serve(options: SMTPServerOptions): Promise<{ port: number; took: Buffer[] }> {
  const took: Buffer[] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, logger: false, hideSTARTTLS: true },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        took.push(Buffer.concat(chunks));
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  closers.push(() => new Promise<void>((down) => server.close(down)));
  return { port: (server.server.address() as AddressInfo).port, took };
}

const answer = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
const tls = () => ({ key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'pem')) });
const pem = () => readFileSync(join(folder, 'pem'), 'utf8');

describe('a mail server that is well', () => {
  it('gets one message for one recipient, as it was written', async () => {
    const mailbox = await Mailbox.start({ folder: join(folder, 'box') });
    closers.push(() => mailbox.stop());
    expect(await send(mailbox.port)).toMatchObject({ outcome: 'sent', said: expect.stringMatching(/^250/) });
    const [{ mail, to, raw }] = mailbox.received as [Mailbox['received'][number]];
    expect(to).toBe('sec@example.com');
    expect(mail.subject).toBe(MESSAGE.subject);
    expect(mail.text?.trim()).toBe('Grüße\n.\n..dots');
    expect(mail.html).toContain('<p>Grüße</p>');
    expect(mail.messageId).toBe('<1@example.com>');
    expect(mail.date).toEqual(MESSAGE.createdAt);
    expect(mail.from?.value).toEqual([{ name: 'Rolewatch', address: 'rolewatch@example.com' }]);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(raw.toString()).toMatch(/^List-ID: .*<hq\.alerts\.example\.com>/m);
    expect(raw.toString()).toMatch(/^Importance: high/m);
    expect(readFileSync(join(folder, 'box', '001.html'), 'utf8')).toContain('Grüße');
  });

  it('gets the same bytes for every attempt', async () => {
    const { port, took } = await serve({});
    await send(port);
    await send(port);
    expect(took).toHaveLength(2);
    expect(took[0]?.equals(took[1] ?? Buffer.alloc(0))).toBe(true);
  });

  (hasOpenssl ? it : it.skip)('is spoken to in TLS, and signed in to, step by step', async () => {
    const steps: string[] = [];
    const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _s, done) =>
      password === 'geheim' ? done(null, { user: username }) : done(answer(535, 'wrong'));
    const { port, took } = await serve({ ...tls(), hideSTARTTLS: false, authOptional: false, onAuth });
    const sent = await send(port, {
      ...{ changed: { security: 'starttls', username: 'rw' }, password: 'geheim', caPem: pem(), steps },
    });
    expect(sent.outcome).toBe('sent');
    expect(took).toHaveLength(1);
    expect(steps).toEqual([
      expect.stringMatching(
        /^connected to 127\.0\.0\.1:\d+, TLSv1\.[23], certificate of mail test valid until/,
      ),
      'signed in as rw',
      expect.stringMatching(/^message accepted for sec@example\.com: 250/),
    ]);
    expect(steps.join()).not.toContain('geheim');
  });

  (hasOpenssl ? it : it.skip)('is spoken to in TLS from the first byte', async () => {
    const { port } = await serve({ ...tls(), secure: true });
    expect(await send(port, { changed: { security: 'tls' }, caPem: pem() })).toMatchObject({
      outcome: 'sent',
    });
  });
});

describe('a mail server that refuses', () => {
  it.each([
    [
      'the recipient for good',
      { onRcptTo: refuse(550, 'no such user') },
      'refused',
      /does not take the recipient: 550 no such user/,
    ],
    [
      'the recipient for now (greylisting)',
      { onRcptTo: refuse(450, 'come back') },
      'failed',
      /450 come back/,
    ],
    ['the sender', { onMailFrom: refuse(550, 'who are you') }, 'failed', /does not take the sender.*550/],
    [
      'the message for good',
      { onData: refuseData(554, 'spam') },
      'refused',
      /does not take the message: 554 spam/,
    ],
    ['the message for now', { onData: refuseData(452, 'full') }, 'failed', /452 full/],
    ['everybody for now', { onConnect: refuseConnect(421, 'busy') }, 'failed', /turns us away: 421 busy/],
    ['everybody', { onConnect: refuseConnect(554, 'go away') }, 'failed', /turns us away: 554 go away/],
  ])('%s', async (_, habit, outcome, said) => {
    const { port } = await serve(habit);
    expect(await send(port)).toMatchObject({ outcome, said: expect.stringMatching(said) });
  });

  it('a wrong password, and says nothing of it', async () => {
    const onAuth: SMTPServerOptions['onAuth'] = (_a, _s, done) => done(answer(535, 'wrong'));
    const { port, took } = await serve({ allowInsecureAuth: true, authOptional: false, onAuth });
    const { outcome, said, channelDown } = await send(port, {
      changed: { username: 'rw' },
      password: 'geheim',
    });
    expect([outcome, channelDown]).toEqual(['failed', true]);
    expect(said).toMatch(/does not accept user name and password: 535/);
    expect(said).not.toContain('geheim');
    expect(took).toEqual([]);
  });

  it('a sign-in by repeating what was sent: the password is in no word of ours', async () => {
    const sent = Buffer.from('\0rw\0geheim').toString('base64');
    const onAuth: SMTPServerOptions['onAuth'] = ({ password }, _s, done) =>
      done(answer(535, `bad AUTH PLAIN ${sent} (${password})`));
    const { port } = await serve({ allowInsecureAuth: true, authOptional: false, onAuth });
    const { said } = await send(port, { changed: { username: 'rw' }, password: 'geheim' });
    expect(said).toMatch(/535 bad AUTH PLAIN \*\*\* \(\*\*\*\)$/);
  });

  it('no sign-in where one is configured: then nothing is sent without', async () => {
    const { port, took } = await serve({ disabledCommands: ['AUTH'] });
    expect(await send(port, { changed: { username: 'rw' }, password: 'x' })).toMatchObject({
      ...{ outcome: 'failed', said: expect.stringContaining('offers no sign-in') },
    });
    expect(took).toEqual([]);
  });

  it('STARTTLS, or somebody on the way took it out: nothing is sent in the clear', async () => {
    const { port, took } = await serve({ disabledCommands: ['STARTTLS'] });
    expect(
      await send(port, { changed: { security: 'starttls', username: 'rw' }, password: 'x' }),
    ).toMatchObject({
      ...{
        outcome: 'failed',
        said: expect.stringMatching(/offers no STARTTLS.*nothing was sent/),
        channelDown: true,
      },
    });
    expect(took).toEqual([]);
  });

  (hasOpenssl ? it : it.skip).each(['starttls', 'tls'] as const)(
    'with a certificate nobody vouches for (%s)',
    async (security) => {
      const { port, took } = await serve({ ...tls(), hideSTARTTLS: false, secure: security === 'tls' });
      expect(await send(port, { changed: { security } })).toMatchObject({
        ...{ outcome: 'failed', said: expect.stringMatching(/nothing was sent: .*alerts\.smtp\.caFile/) },
      });
      expect(await send(port, { changed: { security, host: 'localhost' }, caPem: pem() })).toMatchObject({
        ...{ outcome: 'failed', said: expect.stringMatching(/for another host/) },
      });
      expect(took).toEqual([]);
    },
  );
});

function refuse(code: number, text: string) {
  return (_address: unknown, _session: unknown, done: (error?: Error) => void) => done(answer(code, text));
}
function refuseConnect(code: number, text: string) {
  return (_session: unknown, done: (error?: Error) => void) => done(answer(code, text));
}
function refuseData(code: number, text: string): SMTPServerOptions['onData'] {
  return (stream, _session, done) => {
    stream.on('data', () => undefined);
    stream.on('end', () => done(answer(code, text)));
  };
}

/** A server that speaks SMTP line by line, and stops at one of them in its own way. */
async function halting(at: string, how: 'cut' | 'stall'): Promise<number> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    const halt = (): void => {
      if (how === 'cut') socket.destroy();
    };
    let inData = false;
    if (at === 'greeting') return halt();
    socket.write('220 here\r\n');
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (inData) {
          if (at === 'body') return halt();
          if (line !== '.') continue;
          inData = false;
          if (at === 'end') return halt();
          socket.write('250 taken\r\n');
          continue;
        }
        const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
        if (verb === at) return halt();
        inData = verb === 'DATA';
        socket.write(inData ? '354 go on\r\n' : '250 fine\r\n');
      }
    });
  });
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  closers.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((down) => server.close(down));
  });
  return (server.address() as AddressInfo).port;
}

describe('a connection that ends', () => {
  const STAGES = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'body', 'end'] as const;
  const cases = STAGES.flatMap((at) => (['cut', 'stall'] as const).map((how) => [at, how] as const));

  it.each(cases)('at %s (%s) is known to have delivered nothing, or not known', async (at, how) => {
    const port = await halting(at, how);
    const { outcome, said } = await send(port);
    expect(outcome).toBe(at === 'body' || at === 'end' ? 'unconfirmed' : 'failed');
    expect(said).toMatch(/cut the connection|in time|stopped answering|turns us away/);
  });

  it('none is made where nobody listens', async () => {
    const { port, took } = await serve({});
    await closers.pop()?.();
    expect(await send(port)).toMatchObject({
      outcome: 'failed',
      said: expect.stringContaining('is it up'),
      channelDown: true,
    });
    expect(took).toEqual([]);
  });

  it('because the process ends, ends at once', async () => {
    const port = await halting('greeting', 'stall');
    const stop = new AbortController();
    const sending = send(port, { signal: stop.signal });
    stop.abort();
    expect(await sending).toMatchObject({ outcome: 'failed', said: expect.stringContaining('asked to end') });
  });
});

describe('hostile content', () => {
  it('adds no header and no recipient', async () => {
    const { port, took } = await serve({});
    const client = new MailClient({
      config: config(port),
      secrets: async () => ({ password: null, caPem: undefined }),
    });
    const subject = 'x\r\nBcc: victim@example.com\r\n\r\nbody';
    await client.send({ ...MESSAGE, subject }, new AbortController().signal);
    const mail = await simpleParser(took[0] ?? '');
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.subject).toContain('Bcc: victim');
    const refused = await client.send(
      { ...MESSAGE, recipient: 'a@b.example,c@d.example' },
      new AbortController().signal,
    );
    expect(refused.outcome === 'sent' && took.length > 2).toBe(false);
  });
});
