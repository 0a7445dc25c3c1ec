import { allOrEveryFault, readCertificates, readSecret } from '../platform/config/read-references.js';
import type { Secret } from '../platform/config/secret.js';
import type { Signature } from './http/get.client.js';
import type { MamboEmmSourceConfig } from './mambo-emm/http-config.js';
import type { EpmmSourceConfig, SourceConfig } from './source-config.js';

/** Starts reading what the configuration of a server only names: its password, and its certificates if there are any. */
export function readReferences(
  config: EpmmSourceConfig,
): [password: Promise<Secret>, caPem: Promise<string | undefined>] {
  return [readSecret({ at: `${config.at}.password`, reference: config.password }), readCa(config)];
}

function readCa({ at, caFile }: EpmmSourceConfig | MamboEmmSourceConfig): Promise<string | undefined> {
  return caFile === null ? Promise.resolve(undefined) : readCertificates(caFile, `${at}.caFile`);
}

/** The same for a team: the headers that its server is asked with, each on its own, and its certificates. */
export function readTeamReferences(
  config: MamboEmmSourceConfig,
): [
  caPem: Promise<string | undefined>,
  ...headers: Promise<readonly [name: string, sent: string, secret: string]>[],
] {
  const headers = Object.entries(config.headers).map(async ([name, header]) => {
    if ('value' in header) return [name, header.value, ''] as const;
    const secret = await readSecret({
      at: `${config.at}.headers.${header.written}`,
      reference: header.secret,
    });
    return [name, `${header.prefix}${secret.reveal()}`, secret.reveal()] as const;
  });
  return [readCa(config), ...headers];
}

/** What is sent with each request, and what of it is secret. */
export function signatureOf(headers: readonly (readonly [string, string, string])[]): Signature {
  return {
    headers: Object.fromEntries(headers.map(([name, sent]) => [name, sent])),
    secrets: headers.map(([, , secret]) => secret).filter((secret) => secret !== ''),
  };
}

/**
 * Whether everything is there that these sources name: told at start rather than at the first slot.
 * @throws RolewatchError config-invalid with all that is missing
 */
export async function checkReferences(sources: readonly SourceConfig[]): Promise<void> {
  await allOrEveryFault(
    sources.flatMap((source): Promise<unknown>[] => [...readsOf(source), ...hookReads(source)]),
  );
}

function readsOf(source: SourceConfig): Promise<unknown>[] {
  if (source.kind === 'ivanti-epmm') return readReferences(source);
  return source.kind === 'mambo-emm' ? readTeamReferences(source) : [];
}

function hookReads({ at, hook }: SourceConfig): Promise<Secret>[] {
  return hook ? [readSecret({ at: `${at}.hook.secret`, reference: hook.secret })] : [];
}
