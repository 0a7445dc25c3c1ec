import { canonicalBytes, sha256 } from '../platform/canonical.js';
import type { SourceConfig } from './source-config.js';

/**
 * SHA-256 (lower-case hex) over what decides what is read and how, defaults included: a manifest names it, so that a
 * change of configuration between two snapshots is seen. Places on this machine (files, folders, where the secret is
 * kept, the position in the file) are not part of it: they differ between replicas that do the same.
 */
export function configDigest(config: SourceConfig): string {
  const { name, kind, scopes, schedule, timezone, directoryDetail, limits, simulated } = config;
  const read = { name, kind, scopes, schedule, timezone, directoryDetail, limits, simulated };
  return sha256(canonicalBytes({ ...read, ...serverOf(config) })).toString('hex');
}

function serverOf(config: SourceConfig): object {
  switch (config.kind) {
    case 'ivanti-epmm': {
      const { url, basePath, username, pageSize } = config;
      return { url, basePath, username, pageSize };
    }
    case 'mambo-emm': {
      const { url, ownToken, lists } = config;
      return { url, ownToken, lists, headers: Object.keys(config.headers).sort() };
    }
    case 'ivanti-epmm-files':
    case 'mambo-emm-files':
      return {};
  }
}
