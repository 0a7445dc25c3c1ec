import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { Secret } from '../../platform/config/secret.js';
import { unlessAborted } from '../../platform/unless-aborted.js';
import { explainFailure } from '../../sources/http/failure.js';
import type { HookConfig } from '../alerts-config.js';
import { signatureOf } from '../message/hook.js';
import { safeText } from '../message/safe-text.js';
import { addressProblem } from './address-guard.js';
import type { Delivery } from './back-off.js';
import type { Channel, Outgoing } from './channel.js';
import { type Handover, watched } from './handover.client.js';

export interface HookSecrets {
  readonly secret: Secret;
  readonly caPem: string | undefined;
}

export interface HookDeps {
  readonly config: HookConfig;
  /** Read anew for each message. @throws RolewatchError config-invalid */
  readonly secrets: () => Promise<HookSecrets>;
  /** Seconds since 1970: part of what is signed. */
  readonly now: () => number;
  /** How names become addresses; absent: the system's way. */
  readonly resolve?: LookupFunction;
}

/** Of an answer that tells of a problem, no more than this is read. */
const ANSWER_BYTES = 4_096;

/** Posts messages as signed JSON. It follows no redirect, and connects only to addresses that it has checked. */
export class HookClient implements Channel {
  readonly kind = 'hook';
  readonly recipient: string;

  constructor(private readonly deps: HookDeps) {
    this.recipient = deps.config.name;
  }

  async send(message: Outgoing, signal: AbortSignal): Promise<Delivery> {
    const { config } = this.deps;
    if (!('body' in message.content)) return { outcome: 'refused', said: 'a message to a hook is JSON' };
    const limit = AbortSignal.timeout(config.timeoutSeconds * 1_000);
    const handover: Handover = { began: false };
    try {
      const ends = AbortSignal.any([signal, limit]);
      return await this.post(message.messageId, message.content.body, handover, ends);
    } catch (error) {
      const late = limit.aborted ? `no answer within ${config.timeoutSeconds} s (timeoutSeconds)` : undefined;
      const stopped = signal.aborted ? 'stopped: the process was asked to end' : undefined;
      const said = late ?? stopped ?? wordsOf(error);
      return handover.began ? unconfirmed(said) : down(said);
    }
  }

  private async post(id: string, body: string, handover: Handover, signal: AbortSignal): Promise<Delivery> {
    const { config } = this.deps;
    const { secret, caPem } = await this.deps.secrets();
    const timestamp = Math.floor(this.deps.now());
    const bytes = Buffer.from(body);
    const slack = config.form === 'slack';
    const url = slack ? secretAddress(config.url, secret.reveal()) : config.url;
    if (url === null)
      return down(`its secret leads away from ${config.url}: it must be what follows that, or all of it`);
    const problem = addressProblem(new URL(url).hostname, config.allowPrivate, 'literal');
    if (problem !== undefined) return down(problem);
    const agent = new Agent({
      connect: {
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        lookup: guarded(this.deps.resolve ?? resolve, config.allowPrivate),
        ...(caPem !== undefined && { ca: caPem }),
      },
      allowH2: false,
    });
    try {
      const answering = request(url, {
        method: 'POST',
        dispatcher: agent,
        signal,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': String(bytes.length),
          'user-agent': 'rolewatch',
          'rolewatch-message-id': id,
          ...(!slack && {
            'rolewatch-timestamp': String(timestamp),
            'rolewatch-signature': signatureOf(secret.reveal(), timestamp, body),
          }),
        },
        body: watched(bytes, handover),
      });
      const { statusCode, headers, body: answer } = await unlessAborted(signal, answering);
      const { said, isCut } = await beginning(answer);
      if (slack && statusCode === 200 && said !== 'ok')
        return isCut
          ? unconfirmed('answered 200, and was cut off')
          : down(`answered 200, but not "ok": ${said}`);
      return answered(statusCode, said, String(headers['retry-after'] ?? ''));
    } finally {
      await agent.destroy();
    }
  }
}

/** Where Slack wants a message: below the address that the configuration shows, at a place that is as good as a password. */
function secretAddress(shown: string, secret: string): string | null {
  const url = URL.canParse(secret, shown) ? new URL(secret, shown) : null;
  return url?.origin === new URL(shown).origin && url.username === '' && url.password === ''
    ? url.href
    : null;
}

const down = (said: string): Delivery => ({ outcome: 'failed', said, channelDown: true });
/** It may have arrived; while nobody answers, the other messages wait. */
const unconfirmed = (said: string): Delivery => ({ outcome: 'unconfirmed', said, channelDown: true });

class RefusedAddress extends Error {}

/** As `lookup`, and an error as soon as one of the addresses is none to connect to: the others may be a decoy. */
function guarded(lookup: LookupFunction, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      // with an error nothing else is given, whatever the types say; what is thrown here would end the process
      if (error !== null) return callback(error, []);
      const addresses = typeof found === 'string' ? [] : found;
      const [first] = addresses;
      const problem = addresses
        .map(({ address }) => addressProblem(address, allowPrivate, 'resolved'))
        .find((one) => one !== undefined);
      if (problem !== undefined) callback(new RefusedAddress(problem), []);
      else if (first === undefined) callback(new RefusedAddress('its name leads to no address'), []);
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

interface Beginning {
  readonly said: string;
  /** It ended before it was whole. */
  readonly isCut: boolean;
}

async function beginning(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(e: 'error', l: () => void): unknown },
): Promise<Beginning> {
  body.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  let isCut = false;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= ANSWER_BYTES) break;
    }
  } catch {
    isCut = true; // kept: what had come
  }
  const text = Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
  return { said: safeText(text, 160), isCut };
}

function answered(status: number, text: string, retryAfter: string): Delivery {
  const said = text === '' ? `answered ${status}` : `answered ${status}: ${text}`;
  if (status >= 200 && status < 300) return { outcome: 'sent', said };
  if (status === 410) return { outcome: 'refused', said: `${said} (gone for good)` };
  if (status >= 300 && status < 400)
    return down(`${said}: it leads elsewhere, and redirects are never followed`);
  const seconds = /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : 0;
  return { ...down(said), ...(seconds > 0 && { pauseMs: seconds * 1_000 }) };
}

function wordsOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof RefusedAddress ? error.cause : error;
  return cause instanceof RefusedAddress ? cause.message : explainFailure(error).words;
}
