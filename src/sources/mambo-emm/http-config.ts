/**
 * How a mambo EMM server is asked and understood. Where its lists are, what its fields and words mean, and how it pages
 * is not public, so that everything is configured and nothing has a default that would only be a guess.
 */
import { z } from 'zod';
import { text, whole } from '../../platform/config/fields.js';
import { type SecretReference, secretReference } from '../../platform/config/reference.js';
import { section } from '../../platform/config/section.js';
import type { AnySourceConfig } from '../config-fields.js';
import { type JsonPath, jsonPath } from './json-path.js';
import { LIST_NAMES, type ListName } from './lists.js';
import { looksSecret } from './looks-secret.js';
import { PERMISSIONS, type PermissionMapping } from './permission-mapping.js';

/** A mambo EMM team, read by HTTP. */
export interface MamboEmmSourceConfig extends AnySourceConfig {
  readonly kind: 'mambo-emm';
  /** The key of its one scope. */
  readonly team: string;
  /** Scheme, host and port only. */
  readonly url: string;
  readonly caFile: string | null;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, Header>>;
  /** Id of the token that this source is read with, where it is known. */
  readonly ownToken: string | null;
  readonly lists: MamboLists;
}

/** What is sent in a header: a word, or a secret behind a prefix such as `Bearer `. */
export type HeaderValue =
  { readonly value: string } | { readonly secret: SecretReference; readonly prefix: string };

/** With its name as the file spells it, for messages. */
export type Header = HeaderValue & { readonly written: string };

export type MamboLists = Readonly<Partial<Record<ListName, ListMapping>>>;

export interface ListMapping {
  /** From the root of the server, with its leading slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Where in an answer its items are. */
  readonly itemsAt: JsonPath;
  /** Where an answer says how many items there are in all; null: it does not. */
  readonly totalAt: JsonPath | null;
  readonly paging: PagingStyle;
  readonly moments: 'iso' | 'epoch-seconds' | 'epoch-milliseconds';
  /** Where in an item each field is. */
  readonly fields: Readonly<Partial<Record<FieldName, JsonPath>>> & { readonly id: JsonPath };
  /** Where in each entry of `roles` its id is; null: the entries are ids. */
  readonly roleIdAt: JsonPath | null;
  /** Null: the list does not say what is held. */
  readonly permissions: PermissionMapping | null;
}

export type PagingStyle =
  | { readonly style: 'none' }
  | { readonly style: 'offset'; readonly offset: string; readonly limit: string; readonly size: number }
  | {
      readonly style: 'page';
      readonly page: string;
      readonly limit: string;
      readonly size: number;
      readonly first: 0 | 1;
    }
  | {
      readonly style: 'cursor';
      readonly cursor: string;
      readonly nextAt: JsonPath;
      readonly limit?: string | undefined;
      readonly size?: number | undefined;
    }
  | { readonly style: 'link' };

const parameter = text(/^[A-Za-z0-9._[\]-]{1,60}$/, 'must be the name of a query parameter');
const size = whole(1, 10_000, 'items');

const paging = z.discriminatedUnion(
  'style',
  [
    section({ style: z.literal('none') }),
    section({ style: z.literal('offset'), offset: parameter, limit: parameter, size }),
    section({
      style: z.literal('page'),
      page: parameter,
      first: z.union([z.literal(0), z.literal(1)], { error: 'must be 0 or 1: the number of the first page' }),
      limit: parameter,
      size,
    }),
    section({
      style: z.literal('cursor'),
      cursor: parameter,
      nextAt: jsonPath,
      limit: parameter.optional(),
      size: size.optional(),
    }),
    section({ style: z.literal('link') }),
  ],
  { error: 'must be a mapping with a style: none, offset, page, cursor or link' },
);

const FIELDS = {
  access_tokens: ['name', 'owner', 'createdBy', 'createdAt', 'expiresAt', 'lastRotatedAt'],
  roles: ['name'],
  members: ['name', 'email', 'roles'],
} as const;
export type FieldName = 'id' | (typeof FIELDS)[keyof typeof FIELDS][number];

function listOf(stream: keyof typeof FIELDS): z.ZodType<ListMapping> {
  const optional = Object.fromEntries(FIELDS[stream].map((name) => [name, jsonPath.optional()]));
  const permissions = stream === 'members' ? PERMISSIONS.optional() : PERMISSIONS;
  return section({
    path: text(/^\/[^?#\s]*$/, 'must be the path of the list such as /v1/tokens, without a query'),
    query: z.record(z.string(), z.string({ error: 'must be a text' })).default({}),
    itemsAt: jsonPath,
    totalAt: jsonPath.optional(),
    paging,
    moments: z.enum(['iso', 'epoch-seconds', 'epoch-milliseconds']).default('iso'),
    fields: section({ id: jsonPath, ...optional }),
    ...(stream === 'members' && { roleIdAt: jsonPath.optional() }),
    permissions,
  }).transform(({ totalAt, permissions: held, ...rest }): ListMapping => {
    const { roleIdAt = null, ...list } = rest as typeof rest & { readonly roleIdAt?: JsonPath };
    return { ...list, totalAt: totalAt ?? null, roleIdAt, permissions: held ?? null };
  });
}

/** The lists that are read; access tokens are always among them. */
export const LISTS: z.ZodType<MamboLists> = section({
  [LIST_NAMES.access_tokens]: listOf('access_tokens'),
  [LIST_NAMES.roles]: listOf('roles').optional(),
  [LIST_NAMES.members]: listOf('members').optional(),
});

/** Set by the client itself, or able to make one request two. */
const RESERVED =
  /^(host|connection|content-length|transfer-encoding|accept|accept-encoding|user-agent|te|trailer|upgrade|expect|cookie2?)$/;
const TELLING = /authorization|token|secret|key|cookie/;

/** @param folder from which the file of a secret counts */
export function headersSchema(folder: string): z.ZodType<Readonly<Record<string, Header>>> {
  return z
    .record(z.string(), headerValue(folder), { error: 'must be a mapping of headers' })
    .superRefine((headers, context) => {
      const names = Object.keys(headers).map((key) => key.toLowerCase());
      for (const [i, [key, value]] of Object.entries(headers).entries()) {
        const twice =
          names.indexOf(key.toLowerCase()) < i ? 'stands there already: headers know no case' : undefined;
        const message = twice ?? headerProblem(key, value);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
      }
    })
    .transform((headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [key.toLowerCase(), { ...value, written: key }]),
      ),
    );
}

function headerProblem(name: string, value: HeaderValue): string | undefined {
  if (!/^[A-Za-z0-9-]{1,60}$/.test(name)) return 'must have the name of a header';
  if (RESERVED.test(name.toLowerCase())) return 'is set by Rolewatch itself';
  const mayTell = 'value' in value && (TELLING.test(name.toLowerCase()) || looksSecret(value.value));
  return mayTell ? 'may hold a secret: write { env: NAME } or { file: PATH }' : undefined;
}

function headerValue(folder: string): z.ZodType<HeaderValue> {
  const reference = secretReference(folder);
  return z.unknown().transform((value, context): HeaderValue => {
    const { prefix = '', value: plain, ...place } = isMapping(value) ? value : {};
    const refuse = (message: string, ...path: PropertyKey[]): never => {
      context.issues.push({ code: 'custom', message, path, input: undefined });
      return z.NEVER;
    };
    if (typeof prefix !== 'string' || !SAFE.test(prefix))
      return refuse('must be a text on one line', 'prefix');
    if (plain === undefined) {
      const parsed = reference.safeParse(isMapping(value) ? place : value);
      if (parsed.success) return { secret: parsed.data, prefix };
      const [issue] = parsed.error.issues;
      return refuse(issue?.message ?? 'must name a secret', ...(issue?.path ?? []));
    }
    if (typeof plain !== 'string' || !SAFE.test(plain)) return refuse('must be a text on one line', 'value');
    return { value: plain };
  });
}

const SAFE = /^[\t\x20-\x7e]*$/;

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
