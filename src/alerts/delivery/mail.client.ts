import { once } from 'node:events';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { messageOf } from '../../platform/errors.js';
import type { Secret } from '../../platform/config/secret.js';
import type { MailAddress, SmtpConfig } from '../alerts-config.js';
import type { Delivery } from './back-off.js';
import type { Channel, Outgoing } from './channel.js';
import { type Handover, watched } from './handover.client.js';
import { outcomeOf, type SmtpFailure } from './smtp-outcome.js';

/** What the configuration only names; read anew for each connection, so that a change needs no restart. */
export interface SmtpSecrets {
  readonly password: Secret | null;
  readonly caPem: string | undefined;
}

export interface MailDeps {
  readonly config: SmtpConfig;
  /** @throws RolewatchError config-invalid */
  readonly secrets: () => Promise<SmtpSecrets>;
  /** Told each step that went well, in words. */
  readonly onStep?: (step: string) => void;
}

/** Sends mail by SMTP: one message, one recipient, one connection. */
export class MailClient implements Channel {
  readonly kind = 'mail';
  readonly recipient = null;

  constructor(private readonly deps: MailDeps) {}

  async send(message: Outgoing, signal: AbortSignal): Promise<Delivery> {
    const { messageSeconds } = this.deps.config.limits;
    const limit = AbortSignal.timeout(messageSeconds * 1_000);
    const handover: Handover = { began: false };
    try {
      const bytes = await compose(message, this.deps.config.from);
      return await this.converse(message.recipient, bytes, handover, AbortSignal.any([signal, limit]));
    } catch (error) {
      if (signal.aborted || limit.aborted) {
        const said = limit.aborted
          ? `the mail server took longer than ${messageSeconds} s in all (alerts.smtp.limits.messageSeconds)`
          : 'stopped: the process was asked to end';
        return { outcome: handover.began ? 'unconfirmed' : 'failed', said, channelDown: true };
      }
      return outcomeOf(failureOf(error), handover.began);
    }
  }

  private async converse(
    recipient: string,
    bytes: Buffer,
    handover: Handover,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const secrets = await this.deps.secrets();
    const connection = new SMTPConnection(connectionOptions(this.deps.config, secrets));
    // an error after the end would end the process if nobody listened
    connection.on('error', () => undefined);
    const session = new Session(connection, signal);
    const clear = clearOf(this.deps.config.username, secrets.password);
    try {
      await this.open(session, connection, secrets.password);
      const { from } = this.deps.config;
      const said = await session.step<string>((done) => {
        const envelope = { from: from.address, to: [recipient], size: bytes.length };
        connection.send(envelope, watched(bytes, handover), (error, info) => {
          // accepted for nobody is not accepted, whatever the message was answered with
          if (error === null && info.rejected.length > 0)
            done(info.rejectedErrors?.[0] ?? new Error('rejected'));
          else done(error, error === null ? info.response : undefined);
        });
      });
      this.deps.onStep?.(`message accepted for ${recipient}: ${clear(said)}`);
      connection.quit();
      return { outcome: 'sent', said: clear(said) };
    } catch (error) {
      const { message, response, ...failure } = failureOf(error);
      const said = { ...failure, ...(response !== undefined && { response: clear(response) }) };
      throw Object.assign(new Error(clear(message)), said);
    } finally {
      connection.close();
    }
  }

  private async open(session: Session, connection: SMTPConnection, password: Secret | null): Promise<void> {
    const { host, port, username } = this.deps.config;
    await session.step((done) => connection.connect((error) => done(error ?? null)));
    this.deps.onStep?.(`connected to ${host}:${port}${protectionOf(connection)}`);
    if (username === null) return;
    if (!connection.allowsAuth) {
      throw Object.assign(new Error('no AUTH'), { code: 'EAUTH', response: 'it offers no sign-in' });
    }
    const credentials = { user: username, pass: password?.reveal() ?? '' };
    await session.step((done) => connection.login({ ...credentials, credentials }, done));
    this.deps.onStep?.(`signed in as ${username}`);
  }
}

/** Steps of one conversation: whatever ends the connection ends the step that waits. */
class Session {
  constructor(
    private readonly connection: SMTPConnection,
    private readonly signal: AbortSignal,
  ) {}

  async step<T>(begin: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
    this.signal.throwIfAborted();
    const waiting = new AbortController();
    const ended = once(this.connection, 'error', { signal: waiting.signal }).then(([error]) => {
      throw error as Error;
    });
    const aborted = once(this.signal, 'abort', { signal: waiting.signal }).then(() => {
      throw new Error('aborted');
    });
    const done = new Promise<T>((resolve, reject) => {
      begin((error, value) => {
        if (error) reject(error);
        else resolve(value as T);
      });
    });
    try {
      return await Promise.race([done, ended, aborted]);
    } finally {
      // one of them won; what the others say now is of no interest
      for (const other of [ended, aborted, done]) other.catch(() => undefined);
      waiting.abort();
    }
  }
}

function connectionOptions(config: SmtpConfig, { caPem }: SmtpSecrets) {
  const { host, port, security, limits } = config;
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: (limits.connectSeconds + limits.greetingSeconds) * 1_000,
    dnsTimeout: limits.connectSeconds * 1_000,
    greetingTimeout: limits.greetingSeconds * 1_000,
    socketTimeout: limits.idleSeconds * 1_000,
    maxResponseSize: 64 * 1_024,
    allowInternalNetworkInterfaces: true,
    tls: {
      minVersion: 'TLSv1.2' as const,
      rejectUnauthorized: true,
      ...(caPem !== undefined && { ca: caPem }),
    },
  };
}

/** The same bytes for every attempt: identifier, date and boundaries are those of the message. */
async function compose(message: Outgoing, from: MailAddress): Promise<Buffer> {
  const { source, messageId, recipient, severity, subject, content, createdAt } = message;
  if (!('html' in content)) throw new Error('a message to an address is text and HTML');
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const mail = new MailComposer({
    // objects: a comma in a text would be one more recipient
    from: { name: from.name, address: from.address },
    to: [{ name: '', address: recipient }],
    subject,
    text: content.text,
    html: content.html,
    messageId,
    date: createdAt,
    baseBoundary: messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 40),
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(severity === 'critical' && { Importance: 'high' }),
      'List-Id': `Rolewatch alerts of ${source} <${source}.alerts.${domain}>`,
    },
  });
  return mail.compile().build();
}

/** Some servers repeat the line that they refuse, and so the password in it, as it is or as it was sent. */
function clearOf(username: string | null, password: Secret | null): (text: string) => string {
  const secret = password?.reveal() ?? '';
  if (secret === '') return (text) => text;
  const sent = [`\0${username ?? ''}\0${secret}`, secret].map((text) => Buffer.from(text).toString('base64'));
  return (text) => [...sent, secret].reduce((cleared, one) => cleared.replaceAll(one, '***'), text);
}

function protectionOf({ _socket: socket }: SMTPConnection): string {
  if (!(socket instanceof TLSSocket)) return ', without TLS';
  // empty where there is none, whatever its type says
  const certificate = socket.getPeerCertificate() as Partial<PeerCertificate>;
  const [name, until] = [certificate.subject?.CN, certificate.valid_to];
  return `, ${socket.getProtocol() ?? 'TLS'}, certificate of ${String(name ?? 'no name')} valid until ${until ?? 'nobody knows'}`;
}

function failureOf(error: unknown): SmtpFailure {
  return Object.assign({ message: messageOf(error) }, typeof error === 'object' ? error : {}, {
    message: messageOf(error),
  });
}
