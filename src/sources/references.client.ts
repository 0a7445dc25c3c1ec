import { allOrEveryFault, readNamedFile, readSecret } from '../platform/config/read-references.js';
import type { Secret } from '../platform/config/secret.js';
import type { EpmmSourceConfig, SourceConfig } from './source-config.js';

/** Starts reading what the configuration of a server only names: its password, and its certificates if there are any. */
export function readReferences(
  config: EpmmSourceConfig,
): [password: Promise<Secret>, caPem: Promise<string | undefined>] {
  const { at, caFile } = config;
  return [
    readSecret({ at: `${at}.password`, reference: config.password }),
    caFile === null ? Promise.resolve(undefined) : readNamedFile(caFile, `${at}.caFile`),
  ];
}

/**
 * Whether everything is there that these sources name: told at start rather than at the first slot.
 * @throws RolewatchError config-invalid with all that is missing
 */
export async function checkReferences(sources: readonly SourceConfig[]): Promise<void> {
  const servers = sources.filter((source) => source.kind === 'ivanti-epmm');
  await allOrEveryFault(servers.flatMap((server) => readReferences(server)));
}
