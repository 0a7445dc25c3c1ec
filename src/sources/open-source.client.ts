import { allOrEveryFault } from '../platform/config/read-references.js';
import type { Signature } from './http/get.client.js';
import type { HttpLimits } from './http/limits.js';
import { createIvantiEpmm, type IvantiEpmmSource } from './ivanti-epmm/ivanti-epmm.client.js';
import { createIvantiEpmmFiles } from './ivanti-epmm/ivanti-epmm-files.client.js';
import type { MamboEmmSourceConfig } from './mambo-emm/http-config.js';
import { createMamboEmmFiles } from './mambo-emm/mambo-emm-files.client.js';
import { createMamboEmm } from './mambo-emm/mambo-emm.client.js';
import { readReferences, readTeamReferences, signatureOf } from './references.client.js';
import type { Source } from './source.js';
import type { EpmmSourceConfig, SourceConfig, SourceLimits } from './source-config.js';

const MIB = 1024 * 1024;

/**
 * Connects a configured source, with the secrets and files its configuration refers to.
 * @throws RolewatchError config-invalid naming every reference that leads nowhere; SourceError for an unusable export
 */
export async function openSource(config: SourceConfig): Promise<Source> {
  switch (config.kind) {
    case 'ivanti-epmm':
      return openEpmm(config);
    case 'ivanti-epmm-files':
      return createIvantiEpmmFiles({ ...config, pageBytes: config.limits.pageMiB * MIB });
    case 'mambo-emm':
      return openMamboEmm(config);
    case 'mambo-emm-files':
      return createMamboEmmFiles({ ...config, pageBytes: config.limits.pageMiB * MIB });
  }
}

/** @throws RolewatchError config-invalid */
export async function openEpmm(config: EpmmSourceConfig): Promise<IvantiEpmmSource> {
  const [password, caPem] = await allOrEveryFault(readReferences(config));
  return createIvantiEpmm({
    name: config.name,
    url: config.url,
    basePath: config.basePath,
    username: config.username,
    password: () => password.reveal(),
    ...(caPem !== undefined && { caPem }),
    scopes: config.scopes,
    pageSize: config.pageSize,
    limits: httpLimits(config.limits),
  });
}

/** @throws RolewatchError config-invalid */
async function openMamboEmm(config: MamboEmmSourceConfig): Promise<Source> {
  const [caPem, ...headers] = await allOrEveryFault(readTeamReferences(config));
  const { name, team, url, ownToken, lists } = config;
  const sign = (): Signature => signatureOf(headers);
  const limits = httpLimits(config.limits);
  return createMamboEmm({
    name,
    team,
    url,
    ownToken,
    lists,
    sign,
    limits,
    ...(caPem !== undefined && { caPem }),
  });
}

function httpLimits(limits: SourceLimits): Partial<HttpLimits> {
  return {
    connectMs: limits.connectSeconds * 1000,
    headersMs: limits.headersSeconds * 1000,
    idleMs: limits.idleSeconds * 1000,
    pageMs: limits.pageSeconds * 1000,
    pageBytes: limits.pageMiB * MIB,
    tries: limits.tries,
    maxRetryAfterMs: limits.retryAfterMinutes * 60_000,
    // the other half is for reading
    waitMs: limits.runMinutes * 30_000,
  };
}
