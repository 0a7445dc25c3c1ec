import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { unlessAborted } from '../../platform/unless-aborted.js';
import { SourceError } from '../source.js';
import { checkHeaders, type Headers, refusalError } from './answer.js';
import { explainFailure } from './failure.js';
import { DEFAULT_LIMITS, type HttpLimits } from './limits.js';
import { checkedOrigin } from './origin.js';
import { PassingError, type Patience, retrying, type RetryDeps } from './retry.js';

export type GetSettings = (BasicCredentials | SignedCredentials) & {
  /** Scheme, host and port; everything this client ever talks to. */
  readonly url: string;
  /** PEM of the only authorities that are trusted; absent: those of Node. */
  readonly caPem?: string;
  readonly limits?: Partial<HttpLimits>;
  /** What an operator does about an answer that is too large. */
  readonly toGetLess?: string;
};

/** HTTP Basic, sent without being asked for. */
export interface BasicCredentials {
  readonly username: string;
  /** Asked before each request, so that a changed secret is taken up; never kept. */
  readonly password: () => Promise<string> | string;
}

/** Headers that say who asks. Asked before each request, too. */
export interface SignedCredentials {
  readonly sign: () => Promise<Signature> | Signature;
}

export interface Signature {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whatever in them must not be repeated in a message. */
  readonly secrets: readonly string[];
}

export interface GetDeps extends RetryDeps {
  readonly now: () => Date;
}

export interface GetRequest {
  /** From the root of the origin, with its leading slash; with a query only where `query` is absent. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Named first in errors: "users, page 3". */
  readonly where: string;
  readonly signal: AbortSignal;
  /** Attempts in all, where fewer than the limit will do. */
  readonly tries?: number;
}

export interface GetAnswer {
  readonly bytes: Buffer;
  readonly sentAt: Date;
  readonly receivedAt: Date;
  readonly headers: Headers;
}

/** Of an answer that is not used, no more than this is read to find the server's message. */
const REFUSAL_BYTES = 64 * 1024;
/** Node's own default, stated because it is a bound we promise. */
const HEADER_BYTES = 16 * 1024;

const LIVE_DEPS: GetDeps = {
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  random: Math.random,
  now: () => new Date(),
};

/**
 * Asks one server for JSON. It has no way to send anything but GET, none to talk to another origin, and none to follow
 * a redirect: the pool is bound to the origin, and the method below is the only one that uses it.
 */
export class GetClient {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #settings: GetSettings;
  readonly #limits: HttpLimits;
  readonly #deps: GetDeps;
  readonly #patience: Patience;

  constructor(settings: GetSettings, deps: Partial<GetDeps> = {}) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.#deps = { ...LIVE_DEPS, ...deps };
    this.#patience = { leftMs: this.#limits.waitMs };
    this.#origin = checkedOrigin(settings.url);
    this.#pool = new Pool(this.#origin, {
      connections: 1,
      pipelining: 1,
      allowH2: false,
      headersTimeout: this.#limits.headersMs,
      bodyTimeout: this.#limits.idleMs,
      maxHeaderSize: HEADER_BYTES,
      connect: {
        timeout: this.#limits.connectMs,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ca: settings.caPem,
      },
    });
  }

  /** The body of a 200 that promises JSON. @throws SourceError */
  async get(request: GetRequest): Promise<GetAnswer> {
    const limits = { ...this.#limits, tries: request.tries ?? this.#limits.tries };
    try {
      return await retrying(() => this.#attempt(request), limits, request.signal, this.#deps, this.#patience);
    } catch (error) {
      if (request.signal.aborted)
        throw new SourceError('cancelled', `${request.where}: the read was cancelled`);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #attempt(request: GetRequest): Promise<GetAnswer> {
    const signature = await signatureOf(this.#settings);
    const attempt = new AbortController();
    const cancel = (): void => attempt.abort();
    const timer = setTimeout(cancel, this.#limits.pageMs);
    request.signal.addEventListener('abort', cancel);
    try {
      if (request.signal.aborted) cancel();
      return await this.#exchange(request, signature, attempt.signal);
    } catch (error) {
      throw error instanceof SourceError ? error : this.#networkError(request, error, attempt.signal);
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', cancel);
    }
  }

  async #exchange(
    { path, query, where }: GetRequest,
    signature: Signature,
    signal: AbortSignal,
  ): Promise<GetAnswer> {
    const sentAt = this.#deps.now();
    const answering = this.#pool.request({
      method: 'GET',
      path: `${path}${queryString(query)}`,
      headers: {
        ...signature.headers,
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'rolewatch',
      },
      signal,
    });
    const { statusCode, headers, body } = await unlessAborted(signal, answering);
    const redact = redaction(signature.secrets);
    try {
      if (statusCode !== 200) {
        const refused = { status: statusCode, headers, origin: this.#origin, now: this.#deps.now() };
        throw refusalError(where, { ...refused, redact, body: await beginning(body, REFUSAL_BYTES) });
      }
      checkHeaders(where, headers, redact);
      const announced = Number(headers['content-length'] ?? 0);
      const bytes = await whole(body, this.#limits.pageBytes, announced, () => this.#tooLarge(where));
      if (bytes.length === 0)
        throw new SourceError('not-json-answer', `${where}: answered 200 with an empty body`);
      return { bytes, sentAt, receivedAt: this.#deps.now(), headers };
    } finally {
      // Ends the connection where the body was not read to its end; an error it still has to tell is of no interest
      body.on('error', () => undefined).destroy();
    }
  }

  #tooLarge(where: string): SourceError {
    const words = `${where}: the answer is larger than ${this.#limits.pageBytes} bytes`;
    return new SourceError('too-large', `${words}: ${this.#settings.toGetLess ?? 'lower pageSize'}`);
  }

  #networkError({ where }: GetRequest, error: unknown, attempt: AbortSignal): SourceError {
    if (attempt.aborted) {
      return new PassingError(
        'unreachable',
        `${where}: the answer took longer than ${this.#limits.pageMs / 1000} s in all`,
      );
    }
    const { code, words, passing } = explainFailure(error);
    const message = `${where}: ${this.#origin}: ${words}`;
    return passing ? new PassingError(code, message) : new SourceError(code, message);
  }
}

async function signatureOf(settings: GetSettings): Promise<Signature> {
  if ('sign' in settings) return settings.sign();
  const password = await settings.password();
  const basic = Buffer.from(`${settings.username}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${basic}` }, secrets: [password, basic] };
}

async function whole(
  body: AsyncIterable<Buffer>,
  limit: number,
  announced: number,
  tooLarge: () => SourceError,
): Promise<Buffer> {
  if (announced > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The first bytes of a body; what breaks on the way to them does not matter, the status has told enough. */
async function beginning(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // kept: what had come
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function queryString(query: GetRequest['query'] = {}): string {
  const text = new URLSearchParams(
    Object.entries(query).map(([key, value]) => [key, String(value)]),
  ).toString();
  return text === '' ? '' : `?${text}`;
}

/** In whatever case: hosts and types of content are told in lower case. */
function redaction(secrets: readonly string[]): (text: string) => string {
  const patterns = secrets
    .filter((secret) => secret !== '')
    .map((secret) => new RegExp(secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi'));
  return (text) => patterns.reduce((cleared, pattern) => cleared.replace(pattern, '***'), text);
}
