/** What the configurations of all sources have in common. */
import { z } from 'zod';
import { flag, isLoopback, optional, schedule, text, timezone, whole } from '../platform/config/fields.js';
import { type SecretReference, secretReference } from '../platform/config/reference.js';
import { section } from '../platform/config/section.js';

/** How long a read may take and how much it may bring. */
export interface SourceLimits {
  readonly connectSeconds: number;
  /** From the request to the answer's first byte. */
  readonly headersSeconds: number;
  /** Between two pieces of an answer. */
  readonly idleSeconds: number;
  /** One answer in all. */
  readonly pageSeconds: number;
  /** One answer in MiB (1,048,576 bytes). */
  readonly pageMiB: number;
  /** Requests for one page, the first included. */
  readonly tries: number;
  /** The longest `Retry-After` that is waited for. */
  readonly retryAfterMinutes: number;
  /** Reading in all; publishing is not part of it. */
  readonly runMinutes: number;
}

export interface AnySourceConfig {
  readonly name: string;
  /** Its path in the configuration, for messages: `sources[0]`. */
  readonly at: string;
  /** Ids of the scopes to read, or null: those that the source lists. */
  readonly scopes: readonly string[] | null;
  /** A cron expression of five fields, or null: read only when a person asks. */
  readonly schedule: string | null;
  /** The zone in which `schedule` is meant. */
  readonly timezone: string;
  /** `minimal`: no names of directory entries that hold nothing. */
  readonly directoryDetail: 'minimal' | 'full';
  readonly limits: SourceLimits;
  /** Its data is made up; every manifest says so. */
  readonly simulated: boolean;
  /** By which other systems hint that it should be read now; absent: none may. */
  readonly hook?: SourceHook | null;
}

/** A header that only they can give who know its secret. */
export interface SourceHook {
  readonly header: string;
  readonly secret: SecretReference;
}

/** Defaults: docs/configuration.md. Upper bounds keep a slip of the keyboard from becoming a wait of days. */
function limits() {
  return section({
    connectSeconds: whole(1, 300, 'seconds').default(10),
    headersSeconds: whole(1, 600, 'seconds').default(30),
    idleSeconds: whole(1, 600, 'seconds').default(30),
    pageSeconds: whole(1, 3_600, 'seconds').default(120),
    pageMiB: whole(1, 256, 'MiB').default(32),
    tries: whole(1, 10).default(5),
    retryAfterMinutes: whole(0, 60, 'minutes').default(15),
    runMinutes: whole(1, 1_440, 'minutes').default(30),
  }).prefault({});
}

/**
 * The address of a server: scheme, host and port.
 * @param pathsBelong where a path has its place instead
 */
export function url(credentialsBelong: string, pathsBelong: string): z.ZodType<string> {
  const due = 'must be the address of the server such as https://core.example.com';
  return z.string({ error: due }).transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    const message = parsed === undefined ? due : urlProblem(parsed, due, credentialsBelong, pathsBelong);
    if (parsed !== undefined && message === undefined) return parsed.origin;
    context.issues.push({ code: 'custom', message: message ?? due, input: undefined });
    return z.NEVER;
  });
}

function urlProblem(
  parsed: URL,
  due: string,
  credentialsBelong: string,
  pathsBelong: string,
): string | undefined {
  if (parsed.username !== '' || parsed.password !== '')
    return `must not hold credentials; use ${credentialsBelong}`;
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname))
    return `${due}: http would show the password to everybody on the way`;
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return due;
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') {
    return `${due}, without a path; ${pathsBelong}`;
  }
  return undefined;
}

/** The keys that every kind of source has. */
export const COMMON = {
  name: text(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a short name of lower-case letters, digits and hyphens, such as hq',
  ),
  schedule: optional(schedule()),
  timezone: timezone().default('UTC'),
  limits: limits(),
  simulated: flag().default(false),
};

/** @param folder from which a relative path of the secret counts */
export function sourceHook(folder: string): z.ZodType<SourceHook | null> {
  const header = text(
    /^(?!(authorization|connection|content-.*|cookie|expect|host|te|trailer|transfer-encoding|upgrade)$)[a-z0-9-]{1,60}$/i,
    'must be the name of a header of its own such as X-Rolewatch-Secret',
  );
  return optional(section({ header, secret: secretReference(folder) }));
}
