/** The part `alerts` of rolewatch.yaml: how messages leave, and who gets which. */
import { z } from 'zod';
import { flag, isLoopback, optional, path, text, whole } from '../platform/config/fields.js';
import { type SecretReference, secretReference } from '../platform/config/reference.js';
import { section } from '../platform/config/section.js';
import type { Severity } from '../rules/verdicts.js';
import { addressProblem } from './delivery/address-guard.js';
import { ALERT_KINDS, type AlertKind, SEVERITIES } from './alert.js';
import { type Digest, digest } from './digest-config.js';
import { ADDRESS, ONE_ADDRESS } from './mail-address.js';
import {
  type Addressees,
  addressees,
  type AllQuietConfig,
  allQuiet,
  type EscalationConfig,
  escalation,
} from './telling-config.js';

/** A mail address with the name to show beside it. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** starttls: refused where the server does not offer it · tls: from the first byte · none: readable on the way. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly username: string | null;
  readonly password: SecretReference | null;
  readonly caFile: string | null;
  readonly from: MailAddress;
  readonly limits: SmtpLimits;
}

export interface SmtpLimits {
  /** Name looked up, connected, and greeted. */
  readonly connectSeconds: number;
  readonly greetingSeconds: number;
  /** Between two answers. */
  readonly idleSeconds: number;
  /** One message in all. */
  readonly messageSeconds: number;
}

/** signed: JSON with a signature · slack: what Slack, and what calls itself compatible with it, shows to people. */
export const HOOK_FORMS = ['signed', 'slack'] as const;
export type HookForm = (typeof HOOK_FORMS)[number];

export interface HookConfig {
  readonly name: string;
  readonly url: string;
  /** Of signed messages: what signs them. Of a Slack hook: the rest of its address, which is as good as a password. */
  readonly secret: SecretReference;
  /** What is posted; absent: signed JSON. */
  readonly form?: HookForm;
  readonly caFile: string | null;
  /** The host may be at an address of this machine or of a private network. */
  readonly allowPrivate: boolean;
  readonly timeoutSeconds: number;
}

/** Which alerts go to whom. Whatever is not named is not asked. */
export interface Route extends Addressees {
  readonly severity: Severity;
  /** null: all. */
  readonly sources: readonly string[] | null;
  readonly scopes: readonly string[] | null;
  readonly kinds: readonly AlertKind[] | null;
  /** Ids of rules, or patterns: only findings of these. */
  readonly rules?: readonly string[] | null;
  /** Ids or names of roles, exactly: only what is about somebody who holds or gained one of them. */
  readonly roles?: readonly string[] | null;
  /** Absent: at once, unless the recipient says otherwise. */
  readonly digest?: Digest | null;
}

/** What a recipient wants, whatever route leads to it. */
export interface RecipientConfig {
  readonly address: string;
  readonly digest: Digest;
}

export interface AlertsConfig {
  readonly smtp: SmtpConfig | null;
  readonly hooks: readonly HookConfig[];
  readonly routes: readonly Route[];
  readonly recipients?: readonly RecipientConfig[];
  readonly allQuiet?: AllQuietConfig | null;
  readonly escalation?: EscalationConfig | null;
}

/** Nobody is told; what is worth telling is still written down. */
export const NO_ALERTS: AlertsConfig = { smtp: null, hooks: [], routes: [] };

/** @param folder from which relative paths count */
export function alertsSchema(folder: string): z.ZodType<AlertsConfig> {
  return section({
    smtp: optional(smtp(folder)),
    hooks: listOf(hook(folder), 'must be a list of hooks').default([]),
    routes: listOf(route(), 'must be a list of routes').default([]),
    recipients: listOf(recipient(), 'must be a list of recipients').default([]),
    allQuiet: optional(allQuiet()),
    escalation: optional(escalation()),
  }).prefault({ smtp: undefined, allQuiet: undefined, escalation: undefined });
}

const listOf = <T>(schema: z.ZodType<T>, error: string) => z.array(schema, { error });

const HOST =
  'must be the name or address of the mail server such as mail.example.com, without scheme or port';

function smtp(folder: string): z.ZodType<SmtpConfig> {
  return section({
    host: text(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:.]+)$/, HOST),
    port: whole(1, 65_535).default(587),
    security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
    username: optional(text(/^\P{Cc}{1,200}$/u, 'must be the name of the account to send with')),
    password: optionalSecret(folder),
    caFile: optional(path(folder, 'must be the path of a PEM file')),
    from: sender(),
    acceptPlainText: flag().default(false),
    limits: section({
      connectSeconds: whole(1, 120, 'seconds').default(10),
      greetingSeconds: whole(1, 300, 'seconds').default(30),
      idleSeconds: whole(1, 300, 'seconds').default(60),
      messageSeconds: whole(5, 240, 'seconds').default(120),
    }).prefault({}),
  })
    .superRefine(refuseReadable)
    .transform(({ acceptPlainText: _, ...config }) => config);
}

function optionalSecret(folder: string): z.ZodType<SecretReference | null> {
  return z
    .unknown()
    .optional()
    .pipe(z.union([z.undefined().transform(() => null), secretReference(folder)]));
}

/** Names and rights on the way to the server are worth hiding; a password more so. */
function refuseReadable(
  smtp: {
    host: string;
    security: string;
    username: string | null;
    password: unknown;
    acceptPlainText: boolean;
  },
  context: z.RefinementCtx,
): void {
  const refuse = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message });
  const local = isLoopback(smtp.host) || smtp.host === '::1';
  if (smtp.security === 'none' && !local && !smtp.acceptPlainText) {
    refuse(
      'security',
      'none shows every message to everybody on the way: use starttls or tls (or say acceptPlainText: true)',
    );
  }
  if (smtp.security === 'none' && !local && smtp.username !== null) {
    refuse('username', 'would travel readable with its password: use security starttls or tls');
  }
  if (smtp.username !== null && smtp.password === null) refuse('password', 'missing; username is there');
  if (smtp.username === null && smtp.password !== null) refuse('username', 'missing; password is there');
}

const FROM =
  'must be a mail address such as rolewatch@example.com, or { name: Rolewatch, address: rolewatch@example.com }';

function sender(): z.ZodType<MailAddress> {
  const name = text(
    /^[^\p{C}<>",]{1,60}$/u,
    'must be a short name without quotes, commas or brackets',
  ).default('Rolewatch');
  const named = section({ name, address: text(ADDRESS, ONE_ADDRESS) });
  return z
    .unknown()
    .transform((value, context) => {
      if (typeof value === 'string' && ADDRESS.test(value)) return { address: value };
      if (typeof value === 'object' && value !== null) return value;
      const message = value === undefined ? `missing; it ${FROM}` : FROM;
      context.issues.push({ code: 'custom', message, input: undefined });
      return z.NEVER;
    })
    .pipe(named);
}

function hook(folder: string): z.ZodType<HookConfig> {
  return section({
    name: text(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be a short name of lower-case letters, digits and hyphens, such as siem',
    ),
    url: hookUrl(),
    secret: secretReference(folder),
    form: z.enum(HOOK_FORMS).default('signed'),
    caFile: optional(path(folder, 'must be the path of a PEM file')),
    allowPrivate: flag().default(false),
    timeoutSeconds: whole(1, 120, 'seconds').default(15),
  }).superRefine(({ url, allowPrivate }, context) => {
    const { hostname } = new URL(url);
    const literal = hostname === 'localhost' ? '127.0.0.1' : hostname;
    const message = addressProblem(literal, allowPrivate, 'literal');
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['url'], message });
  });
}

const URL_DUE = 'must be the address to post to such as https://hooks.example.com/rolewatch';

function hookUrl(): z.ZodType<string> {
  return z.string({ error: URL_DUE }).transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    const message = parsed === undefined ? URL_DUE : urlProblem(parsed);
    if (parsed !== undefined && message === undefined) return parsed.href;
    context.issues.push({ code: 'custom', message: message ?? URL_DUE, input: undefined });
    return z.NEVER;
  });
}

function urlProblem({ protocol, username, password, hostname, hash }: URL): string | undefined {
  if (username !== '' || password !== '')
    return 'must not hold credentials: the signature says who is sending';
  if (protocol === 'http:' && !isLoopback(hostname))
    return `${URL_DUE}: http would show every alert to everybody on the way`;
  if (protocol !== 'https:' && protocol !== 'http:') return URL_DUE;
  return hash === '' ? undefined : 'must not have a part after #, which is never sent';
}

function route(): z.ZodType<Route> {
  const names = (error: string) => z.array(z.string({ error }), { error }).min(1, { error });
  const scope = z.union(
    [z.int().min(0).transform(String), text(/^\S{1,200}$/, 'must be the key of a scope')],
    {
      error: 'must be the key of a scope',
    },
  );
  return section({
    severity: z.enum(SEVERITIES).default('high'),
    sources: allOr(names('must be all, or a list of names of sources such as [hq]')),
    scopes: allOr(
      z
        .array(scope, { error: 'must be all, or a list of keys of scopes such as [1, 3]' })
        .min(1, { error: 'must be all, or a list of keys of scopes such as [1, 3]' }),
    ),
    kinds: allOr(
      z
        .array(z.enum(ALERT_KINDS), { error: 'must be all, or a list of kinds of alerts' })
        .min(1, { error: 'must be all, or a list of kinds of alerts' }),
    ),
    rules: allOr(names('must be all, or a list of rules such as [epmm-few-can-wipe, mambo-*]')),
    roles: allOr(names('must be all, or a list of roles, each by its name or id in the catalogue')),
    digest: optional(digest()),
    ...addressees(),
  });
}

function recipient(): z.ZodType<RecipientConfig> {
  return section({ address: text(ADDRESS, ONE_ADDRESS), digest: digest() });
}

function allOr<T>(schema: z.ZodType<T>): z.ZodType<T | null> {
  return z
    .unknown()
    .default('all')
    .transform((value) => (value === 'all' ? undefined : value))
    .pipe(optional(schema));
}
