import { z } from 'zod';
import { optional, path, text, whole } from '../platform/config/fields.js';
import { didYouMean } from '../platform/config/nearest.js';
import { type SecretReference, secretReference } from '../platform/config/reference.js';
import { section } from '../platform/config/section.js';
import { RolewatchError } from '../platform/errors.js';
import { type AnySourceConfig, COMMON, sourceHook, url } from './config-fields.js';
import { headersSchema, LISTS, type MamboEmmSourceConfig } from './mambo-emm/http-config.js';
import { type MamboEmmFilesSourceConfig, TEAM } from './mambo-emm/files-config.js';

export type { SourceLimits } from './config-fields.js';

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

export type SourceConfig =
  EpmmSourceConfig | EpmmFilesSourceConfig | MamboEmmSourceConfig | MamboEmmFilesSourceConfig;

/** What a command needs that reads or shows sources. */
export interface SourcesConfig {
  readonly sources: readonly SourceConfig[];
}

/** The product behind a kind: what its rules and risk tiers are kept under. */
export function productOf(kind: string): string {
  return kind.replace(/-files$/, '');
}

/** The account that a source is read with, as `Source.ownAccount` has it; null where it is not known. */
export function ownAccountOf(config: AccountOfSource): string | null {
  return config.username ?? config.ownToken ?? null;
}

/** What the configuration of a source says of the account it is read with, whatever its kind. */
export interface AccountOfSource {
  readonly username?: string | undefined;
  /** Id of the access token. */
  readonly ownToken?: string | null | undefined;
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
      z.discriminatedUnion(
        'kind',
        [epmm(folder), epmmFiles(folder), mamboEmm(folder), mamboEmmFiles(folder)],
        {
          error: 'must be a mapping with a kind',
        },
      ),
      {
        error: 'must be a list with at least one source',
      },
    )
    .min(1, { error: 'must be a list with at least one source' })
    .superRefine(refuseSameNames, { when: ({ value }) => Array.isArray(value) })
    .transform((sources) =>
      sources.map((source, i): SourceConfig => {
        const at = `sources[${String(i)}]`;
        return 'team' in source ? { ...source, ...ofTeam(source), at } : { ...source, at };
      }),
    );
}

/** A team is the one scope of its source, and none of its members is in a directory that is read. */
function ofTeam({ team }: { readonly team: string }) {
  return { scopes: [team], directoryDetail: 'full' as const };
}

function epmm(folder: string) {
  return section({
    kind: z.literal('ivanti-epmm'),
    ...COMMON,
    hook: sourceHook(folder),
    ...ofEpmm(),
    url: url('username and password', 'what stands before /api/v2 belongs into basePath'),
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
    ...COMMON,
    hook: sourceHook(folder),
    ...ofEpmm(),
    folder: path(folder, 'must be the path of the folder with the exported answers'),
  });
}

function mamboEmm(folder: string) {
  return section({
    kind: z.literal('mambo-emm'),
    ...COMMON,
    hook: sourceHook(folder),
    team: TEAM,
    url: url('headers', 'the path of each list belongs into lists'),
    caFile: optional(path(folder, 'must be the path of a PEM file')),
    headers: headersSchema(folder),
    ownToken: optional(text(/^\S{1,200}$/, 'must be the id of the access token to read with')),
    lists: LISTS,
  });
}

function mamboEmmFiles(folder: string) {
  return section({
    kind: z.literal('mambo-emm-files'),
    ...COMMON,
    hook: sourceHook(folder),
    team: TEAM,
    file: path(folder, 'must be the path of the exported .yaml, .json or .csv file'),
  });
}

function ofEpmm() {
  return { scopes: scopes(), directoryDetail: z.enum(['minimal', 'full']).default('minimal') };
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
