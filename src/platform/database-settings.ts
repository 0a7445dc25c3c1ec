import { readFileSync } from 'node:fs';
import { messageOf, RolewatchError } from './errors.js';

export interface DatabaseSettings {
  /** undefined: the embedded server. */
  readonly server: { readonly ownerUrl: string; readonly appUrl?: string | undefined } | undefined;
  /** Base64; undefined: none is configured. */
  readonly key: string | undefined;
}

/**
 * Reads DATABASE_URL, MIGRATE_DATABASE_URL and ROLEWATCH_KEY; each also as `…_FILE`, the path of a file that holds it.
 * With both addresses the second one owns the tables and migrates, and the first one is the application's.
 * @throws RolewatchError `config-invalid`
 */
export function databaseSettings(env: NodeJS.ProcessEnv): DatabaseSettings {
  const url = postgresUrl(env, 'DATABASE_URL');
  const migrateUrl = postgresUrl(env, 'MIGRATE_DATABASE_URL');
  const key = secretOf(env, 'ROLEWATCH_KEY');
  if (url === undefined && migrateUrl !== undefined) {
    throw new RolewatchError(
      'config-invalid',
      'MIGRATE_DATABASE_URL is set, but not DATABASE_URL, the address of the application',
    );
  }
  if (url === undefined) return { server: undefined, key };
  return {
    server: migrateUrl === undefined ? { ownerUrl: url } : { ownerUrl: migrateUrl, appUrl: url },
    key,
  };
}

function postgresUrl(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = secretOf(env, name);
  if (text === undefined) return undefined;
  // the text is not quoted: it may hold a password
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new RolewatchError(
      'config-invalid',
      `${name} must look like postgresql://user:password@host:5432/database (special characters percent-encoded)`,
    );
  }
  return text;
}

/** A secret by value or by file; an empty one counts as not set, since that is how compose files pass nothing on. */
function secretOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim() ?? '';
  const file = env[`${name}_FILE`]?.trim() ?? '';
  if (value !== '' && file !== '') {
    throw new RolewatchError('config-invalid', `${name} and ${name}_FILE are both set: keep one of them`);
  }
  const secret = file === '' ? value : readSecret(file, `${name}_FILE`);
  return secret === '' ? undefined : secret;
}

function readSecret(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new RolewatchError('config-invalid', `${name} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
