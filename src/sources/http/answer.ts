/** Judges an HTTP answer by its status and headers, before its body is believed. */
import { property, wellFormed } from '../json.js';
import { SourceError } from '../source.js';
import { parseRetryAfter, PassingError } from './retry.js';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 303, 305, 306, 307, 308]);
const SHOWN_MESSAGE = 200;

type Redact = (text: string) => string;

/** @param redact takes secrets out of a text of the server @throws SourceError unless the headers promise JSON as it was asked for */
export function checkHeaders(where: string, headers: Headers, redact: Redact): void {
  const type = first(headers['content-type'])?.split(';')[0]?.trim().toLowerCase();
  if (type?.includes('html')) {
    const hint = 'is the path right, and is this the address of the API and not of a log-in page?';
    throw new SourceError('not-json-answer', `${where}: answered HTML: ${hint}`);
  }
  if (type !== undefined && type !== 'application/json' && type !== 'text/json' && !type.endsWith('+json')) {
    throw new SourceError(
      'not-json-answer',
      `${where}: answered ${shown(redact(type))} where application/json is due`,
    );
  }
  const encoding = first(headers['content-encoding'])?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    const hint = 'though it was asked not to: switch compression off in the proxy in front of it';
    throw new SourceError(
      'not-json-answer',
      `${where}: answered with content-encoding ${shown(redact(encoding))}, ${hint}`,
    );
  }
}

export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body. */
  readonly body: Uint8Array;
  readonly origin: string;
  readonly now: Date;
  /** Takes secrets out of a text of the server. */
  readonly redact: Redact;
}

/** The error that a status other than 200 means. */
export function refusalError(where: string, refusal: Refusal): SourceError {
  const { status, headers } = refusal;
  if (REDIRECTS.has(status)) {
    const target = refusal.redact(targetHost(first(headers['location']), refusal.origin));
    const hint = 'redirects are never followed; set url to where the API itself is';
    return new SourceError('redirected', `${where}: answered ${status}, a redirect to ${target}: ${hint}`);
  }
  if (status === 204)
    return new SourceError('not-json-answer', `${where}: answered 204, without the body that is due`);
  const words = `${where}: answered ${status}${serverWords(refusal)}`;
  if (status === 401) {
    const hint =
      'the credentials are wrong or have expired, or the account is locked; not tried again, so as not to lock it';
    return new SourceError('unauthorised', `${words}: ${hint}`);
  }
  if (status === 403)
    return new SourceError('denied', `${words}: the account, or token, lacks the right that this call needs`);
  const hinted = `${words}: ${hintOf(status)}`;
  if (!PASSING_STATUS.has(status)) return new SourceError('http-status', hinted);
  return new PassingError('http-status', hinted, parseRetryAfter(first(headers['retry-after']), refusal.now));
}

function hintOf(status: number): string {
  if (status === 404) return 'nothing is there: is the path right?';
  if (status === 429) return 'it is asked too often: by whom else?';
  if (status === 407 || status === 511) return 'a proxy on the way wants to know who asks';
  if (status >= 500) return 'the server, or a proxy in front of it, failed: its own log says why';
  return 'where 200 is due';
}

/** Where a server may have put its message, beside EPMM's own place. */
const MESSAGE_KEYS = ['message', 'error_description', 'detail', 'title', 'error'] as const;

/** ` (“…”)` with the server's own message, for people only: its language depends on the server. */
function serverWords({ body, redact }: Refusal): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body).toString());
  } catch {
    return '';
  }
  const messages = property(parsed, 'messages');
  const own: readonly unknown[] = Array.isArray(messages) ? messages : [];
  const others = [parsed, property(parsed, 'error')].flatMap((place) =>
    MESSAGE_KEYS.map((key) => property(place, key)),
  );
  const texts = [...own.map((message) => property(message, 'localizedMessage')), others.find(isText)];
  const text = shown(redact(texts.filter(isText).join('; ')));
  return text === '' ? '' : ` (“${text}”)`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function targetHost(location: string | undefined, origin: string): string {
  if (location === undefined) return 'nowhere (no location header)';
  if (!URL.canParse(location, origin)) return 'an address that is no URL';
  const target = new URL(location, origin);
  return target.origin === origin
    ? 'another path of the same host'
    : shown(`${target.protocol}//${target.host}`);
}

/** On one line, without control signs, and short; the cut may go through a character. */
function shown(text: string): string {
  const line = text.replace(/\p{C}+/gu, ' ').trim();
  return line.length > SHOWN_MESSAGE ? wellFormed(`${line.slice(0, SHOWN_MESSAGE)}…`) : line;
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
