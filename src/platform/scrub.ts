import { isNativeError } from 'node:util/types';

/** What stands in place of a secret. */
const HIDDEN = '***';

/** Where credentials are found in texts that others wrote: error messages, URLs, headers. The first group is kept. */
const SECRETS: readonly RegExp[] = [
  // our own tokens, wherever they stand; what comes before the secret names one
  /\b(rw_[0-9A-Za-z]{8}_)[0-9A-Za-z]+/g,
  // https://user:password@host; the password itself may hold an @
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*(?=@)/gi,
  /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:[a-z]+\s+)?[^\s"',;}]+/gi,
  /\b((?:basic|bearer)\s+)[A-Za-z0-9+/_.~=-]{6,}/gi,
  /\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^\r\n"']+/gi,
  /((?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|rolewatch_key)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&}]+)/gi,
];

/** Characters. The patterns above look ahead from every position: time grows with the square of the length. */
const MAX_LENGTH = 4000;

/** A text without the credentials that can be recognised in it, and without what is beyond a message's length. */
export function scrub(text: string): string {
  return SECRETS.reduce((scrubbed, secret) => scrubbed.replace(secret, `$1${HIDDEN}`), cut(text));
}

/** Cuts between words: half a URL would not show any more that it holds a password. */
function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const kept = text.slice(0, MAX_LENGTH);
  const words = kept.slice(0, Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n'), 0));
  return `${words} … (${text.length - words.length} more characters)`;
}

/** An error as it may be written down. */
export interface SafeError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: SafeError;
}

const MAX_CAUSES = 4;

/** Keeps what helps to find the cause; properties that libraries hang on errors (requests, headers, rows) are left behind. */
export function safeError(error: unknown, depth = 0): SafeError {
  if (!isNativeError(error)) return { name: typeof error, message: scrub(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    name: error.name,
    message: scrub(error.message),
    ...(code !== undefined && { code: scrub(code) }),
    ...(error.stack !== undefined && { stack: scrub(error.stack) }),
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: safeError(error.cause, depth + 1) }),
  };
}
