import { z } from 'zod';
import {
  flag,
  isLoopback,
  optional,
  path,
  schedule,
  text,
  timezone,
  whole,
} from '../platform/config/fields.js';
import { didYouMean } from '../platform/config/nearest.js';
import { type SecretReference, secretReference } from '../platform/config/reference.js';
import { section } from '../platform/config/section.js';
import { RolewatchError } from '../platform/errors.js';

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

interface AnySourceConfig {
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
}

/** An EPMM server, read by HTTP. */
export interface EpmmSourceConfig extends AnySourceConfig {
  readonly kind: 'ivanti-epmm';
  /** Scheme, host and port only. */
  readonly url: string;
  /** What stands between the host and `/api/v2`: empty, or `/rest` for Connected Cloud. */
  readonly basePath: string;
  /** Absolute path of the certificates that this server's is checked against, or null: the usual ones. */
  readonly caFile: string | null;
  readonly username: string;
  readonly password: SecretReference;
  /** Rows asked for in one request. */
  readonly pageSize: number;
}

/** The answers of an EPMM server that somebody else exported. */
export interface EpmmFilesSourceConfig extends AnySourceConfig {
  readonly kind: 'ivanti-epmm-files';
  /** Absolute. */
  readonly folder: string;
}

export type SourceConfig = EpmmSourceConfig | EpmmFilesSourceConfig;

/** What a command needs that reads or shows sources. */
export interface SourcesConfig {
  readonly sources: readonly SourceConfig[];
}

/** The product behind a kind: what its rules and risk tiers are kept under. */
export function productOf(kind: string): string {
  return kind.replace(/-files$/, '');
}

/** @throws RolewatchError unknown-source, with the nearest known name */
export function sourceNamed(config: SourcesConfig, name: string): SourceConfig {
  const found = config.sources.find((source) => source.name === name);
  if (found !== undefined) return found;
  const names = config.sources.map((source) => source.name);
  const hint = didYouMean(name, names) || `; configured are ${names.join(', ')}`;
  throw new RolewatchError('unknown-source', `no source is called "${name}"${hint}`);
}

/**
 * The part `sources` of the configuration.
 * @param folder from which relative paths count
 */
export function sourcesSchema(folder: string): z.ZodType<SourceConfig[]> {
  return z
    .array(
      z.discriminatedUnion('kind', [epmm(folder), epmmFiles(folder)], {
        error: 'must be a mapping with a kind',
      }),
      {
        error: 'must be a list with at least one source',
      },
    )
    .min(1, { error: 'must be a list with at least one source' })
    .superRefine(refuseSameNames, { when: ({ value }) => Array.isArray(value) })
    .transform((sources) => sources.map((source, i) => ({ ...source, at: `sources[${String(i)}]` })));
}

function epmm(folder: string) {
  return section({
    kind: z.literal('ivanti-epmm'),
    ...common(),
    url: url(),
    basePath: basePath().default(''),
    caFile: optional(path(folder, 'must be the path of a PEM file')),
    username: text(/^[^:\p{Cc}]{1,200}$/u, 'must be the name of the account to read with, without a colon'),
    password: secretReference(folder),
    pageSize: whole(1, 10_000, 'rows').default(1_000),
  });
}

function epmmFiles(folder: string) {
  return section({
    kind: z.literal('ivanti-epmm-files'),
    ...common(),
    folder: path(folder, 'must be the path of the folder with the exported answers'),
  });
}

function common() {
  return {
    name: text(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be a short name of lower-case letters, digits and hyphens, such as hq',
    ),
    scopes: scopes(),
    schedule: optional(schedule()),
    timezone: timezone().default('UTC'),
    directoryDetail: z.enum(['minimal', 'full']).default('minimal'),
    limits: limits(),
    simulated: flag().default(false),
  };
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

const SCOPES = 'must be all, or a list of ids such as [1, 3]';

function scopes(): z.ZodType<string[] | null> {
  const number = z.int({ error: SCOPES }).min(0, { error: SCOPES });
  const id = z.union([number, text(/^(0|[1-9]\d{0,15})$/, SCOPES)], { error: SCOPES }).transform(String);
  const list = z
    .array(id, { error: SCOPES })
    .min(1, { error: SCOPES })
    .refine((ids) => new Set(ids).size === ids.length, { error: 'names a scope twice' });
  return z
    .unknown()
    .default('all')
    .transform((value) => (value === 'all' ? undefined : value))
    .pipe(optional(list));
}

function url(): z.ZodType<string> {
  const due = 'must be the address of the server such as https://core.example.com';
  return z.string({ error: due }).transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    const message = parsed === undefined ? due : urlProblem(parsed, due);
    if (parsed !== undefined && message === undefined) return parsed.origin;
    context.issues.push({ code: 'custom', message: message ?? due, input: undefined });
    return z.NEVER;
  });
}

function urlProblem(parsed: URL, due: string): string | undefined {
  if (parsed.username !== '' || parsed.password !== '')
    return 'must not hold credentials; use username and password';
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname))
    return `${due}: http would show the password to everybody on the way`;
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return due;
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') {
    return `${due}, without a path; what stands before /api/v2 belongs into basePath`;
  }
  return undefined;
}

function basePath() {
  const due = 'must be empty, or begin and not end with a slash, such as /rest';
  return text(/^(\/[A-Za-z0-9._~-]+)*$/, due).refine((value) => !/\/\.{1,2}(\/|$)/.test(value), {
    error: due,
  });
}

function refuseSameNames(sources: readonly unknown[], context: z.RefinementCtx): void {
  const seen = new Set<unknown>();
  sources.forEach((source, i) => {
    const name: unknown =
      typeof source === 'object' && source !== null ? Reflect.get(source, 'name') : undefined;
    if (typeof name === 'string' && seen.has(name)) {
      context.addIssue({
        code: 'custom',
        message: 'is the name of another source too; each needs its own',
        path: [i, 'name'],
      });
    }
    seen.add(name);
  });
}
