/** The demo's mail server: takes whatever is sent to it, and keeps each message as files that a person can open. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail that arrived. */
export interface Received {
  readonly to: string;
  readonly subject: string;
  /** As it came, headers and all. */
  readonly raw: Buffer;
  readonly mail: ParsedMail;
  /** Where it is kept; the HTML beside it has the same name. */
  readonly file: string;
}

export interface MailboxSettings {
  /** Made if it is not there. */
  readonly folder: string;
  /** Told of each mail once it is kept. */
  readonly onMail?: (mail: Received) => void;
}

/** An SMTP server on this machine, without TLS and sign-in: nothing leaves the machine. */
export class Mailbox {
  readonly received: Received[] = [];
  private readonly server: SMTPServer;

  private constructor(private readonly settings: MailboxSettings) {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
          // answered only once it is kept: what was accepted is not lost
          this.keep(to, Buffer.concat(chunks)).then(
            () => done(),
            (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
          );
        });
      },
    });
  }

  static async start(settings: MailboxSettings): Promise<Mailbox> {
    await mkdir(settings.folder, { recursive: true });
    const mailbox = new Mailbox(settings);
    await new Promise<void>((listening, failed) => {
      mailbox.server.once('error', failed);
      mailbox.server.listen(0, '127.0.0.1', listening);
    });
    // a client that goes away in the middle is no reason to end the demo
    mailbox.server.on('error', () => undefined);
    return mailbox;
  }

  get port(): number {
    return portOf(this.server.server.address());
  }

  async stop(): Promise<void> {
    await new Promise<void>((closed) => this.server.close(closed));
  }

  private async keep(to: string, raw: Buffer): Promise<void> {
    const mail = await simpleParser(raw);
    const number = String(this.received.length + 1).padStart(3, '0');
    const file = join(this.settings.folder, `${number}.eml`);
    const received: Received = { to, subject: mail.subject ?? '', raw, mail, file };
    this.received.push(received);
    await writeFile(file, raw);
    if (typeof mail.html === 'string') await writeFile(file.replace(/eml$/, 'html'), mail.html);
    this.settings.onMail?.(received);
  }
}

/** Listening on a port, the address is never a path. */
function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the mailbox is not listening');
  return address.port;
}
