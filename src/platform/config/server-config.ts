import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopback, optional, path, text, whole } from './fields.js';
import { section } from './section.js';

/** Files of a certificate and its key, PEM. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a process of the service does: `api` answers, `worker` reads, judges and tells. */
export const ROLES = ['api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Where `rolewatch serve` listens, and how it is reached. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsConfig | null;
  /** Addresses and networks whose forwarded headers count. */
  readonly trustedProxies: readonly string[];
  /** Its own host name for others, in lower case. */
  readonly publicUrl: string | null;
  /** At least one, each once. */
  readonly roles: readonly Role[];
}

const NOTHING_SAID = { tls: undefined, publicUrl: undefined };
const HOST = 'must be an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them';
const ALONE =
  'must be an address of this machine only, such as 127.0.0.1, unless server.tls or server.trustedProxies is set: a token in the clear is lost';
const PROXY = 'must be an address such as 10.0.0.7, or a network such as 10.0.0.0/8';
const ROLE = `must be a list of one or more of: ${ROLES.join(', ')}`;
const PUBLIC_URL = 'must be a URL without path, such as https://rolewatch.example.com';

/** @param folder where relative paths count from */
export function serverConfig(folder: string): z.ZodType<ServerConfig> {
  const proxies = z.array(z.string({ error: PROXY }).refine(isNetwork, { error: PROXY }), {
    error: 'must be a list of addresses',
  });
  return section({
    host: text(/^[0-9A-Za-z][0-9A-Za-z.-]*$|^[0-9A-Fa-f:.]+$/, HOST).default('127.0.0.1'),
    port: whole(0, 65_535).default(8080),
    tls: optional(
      section({
        certFile: path(folder, 'must be the path of the certificate, PEM'),
        keyFile: path(folder, 'must be the path of its private key, PEM'),
      }),
    ),
    trustedProxies: proxies.default([]),
    roles: z
      .array(z.enum(ROLES, { error: ROLE }), { error: ROLE })
      .min(1, { error: ROLE })
      .transform((roles) => ROLES.filter((role) => roles.includes(role)))
      .default([...ROLES]),
    publicUrl: optional(z.string({ error: PUBLIC_URL }).refine(isOrigin, { error: PUBLIC_URL })),
  })
    .superRefine(({ host, tls, trustedProxies }, context) => {
      if (isThisMachine(host) || tls !== null || trustedProxies.length > 0) return;
      context.addIssue({ code: 'custom', path: ['host'], message: ALONE });
    })
    .prefault(NOTHING_SAID);
}

/** Whether only this machine reaches what listens there. */
export function isThisMachine(host: string): boolean {
  return isLoopback(host === '::1' ? '[::1]' : host);
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && `${search}${hash}${username}` === '';
}
