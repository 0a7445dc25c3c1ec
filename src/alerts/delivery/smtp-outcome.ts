/** What a failed conversation with a mail server means. Pure. */
import { safeText } from '../message/safe-text.js';
import type { Delivery } from './back-off.js';

/** What nodemailer hangs on its errors. */
export interface SmtpFailure {
  readonly message: string;
  readonly code?: string;
  /** The command that was answered; CONN where there was none. */
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly timeoutType?: string;
}

/**
 * @param handedOver whether the message itself had begun to leave: then nobody knows whether it arrived
 */
export function outcomeOf(failure: SmtpFailure, handedOver: boolean): Delivery {
  const { command = 'CONN', responseCode, code } = failure;
  const said = wordsOf(failure);
  if (responseCode !== undefined && code !== 'EAUTH' && code !== 'ETLS') {
    const forGood = responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
    if (forGood) return { outcome: 'refused', said };
    // a refusal of the sender, or of everybody, will be the same for the next message
    const everybody = command !== 'RCPT TO' && command !== 'DATA';
    return { outcome: 'failed', said, ...(everybody && { channelDown: true }) };
  }
  if (handedOver) return { outcome: 'unconfirmed', said };
  return { outcome: 'failed', said, channelDown: true };
}

const ANSWERED: Readonly<Record<string, string>> = {
  CONN: 'the mail server turns us away',
  EHLO: 'the mail server turns us away',
  'MAIL FROM': 'the mail server does not take the sender (alerts.smtp.from)',
  'RCPT TO': 'the mail server does not take the recipient',
  DATA: 'the mail server does not take the message',
};

function wordsOf(failure: SmtpFailure): string {
  const { code, command = 'CONN', response } = failure;
  const answer = response === undefined ? '' : `: ${safeText(response, 200)}`;
  if (code === 'EAUTH') return `the mail server does not accept user name and password${answer}`;
  if (code === 'ETLS' && (response !== undefined || command === 'STARTTLS')) return tlsWords(failure, answer);
  if (response !== undefined)
    return `${ANSWERED[command] ?? `the mail server refused ${safeText(command, 20)}`}${answer}`;
  if (code === 'ETIMEDOUT') return TIMEOUTS[failure.timeoutType ?? ''] ?? 'the mail server does not answer';
  if (code === 'EDNS') return 'the name of the mail server is not known to the DNS (alerts.smtp.host)';
  return certificateWords(failure.message) ?? connectionWords(failure.message);
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  CONNECT_TIMEOUT: 'the mail server did not accept the connection in time',
  GREETING_TIMEOUT: 'the mail server accepted the connection and did not greet in time',
  UPGRADE_TIMEOUT: 'the mail server began TLS and did not finish in time',
  SOCKET_TIMEOUT: 'the mail server stopped answering',
};

function tlsWords({ response, message }: SmtpFailure, answer: string): string {
  if (response === undefined) return certificateWords(message) ?? connectionWords(message);
  return `the mail server offers no STARTTLS, or somebody on the way took it out; nothing was sent${answer}`;
}

const CERTIFICATES: readonly (readonly [RegExp, string])[] = [
  [/has expired/i, 'its certificate has expired: it must be renewed on the server'],
  [/not yet valid/i, 'its certificate is not valid yet: check the clocks of the server and of this machine'],
  [
    /does not match certificate|altnames/i,
    'its certificate is for another host: use in alerts.smtp.host the name that it carries',
  ],
  [
    /self[- ]signed|unable to (verify|get)|unknown ca/i,
    'its certificate was issued by an authority that is not known here: set alerts.smtp.caFile to the PEM file of the CA that issued it',
  ],
  [
    /wrong version number|packet length too long/i,
    'it does not speak TLS from the first byte on this port: check port and security (587 is starttls, 465 is tls)',
  ],
  [/unsupported protocol|protocol version/i, 'it offers no TLS 1.2 or newer, and older is not spoken here'],
];

function certificateWords(message: string): string | undefined {
  const known = CERTIFICATES.find(([pattern]) => pattern.test(message));
  return known && `no safe connection with the mail server, nothing was sent: ${known[1]}`;
}

const CONNECTIONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'the mail server refuses the connection: is it up, is the port right?'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to the mail server'],
  [/ECONNRESET|EPIPE|closed|disconnected/i, 'the mail server cut the connection'],
];

function connectionWords(message: string): string {
  const known = CONNECTIONS.find(([pattern]) => pattern.test(message));
  return known ? known[1] : `the connection to the mail server failed: ${safeText(message, 160)}`;
}
