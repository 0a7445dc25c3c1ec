import { RolewatchError } from '../platform/errors.js';
import type { LookupAnswer } from '../sources/ivanti-epmm/lookup.js';
import { LDAP_TYPES } from '../sources/ivanti-epmm/schemas.js';
import { openEpmm } from '../sources/open-source.client.js';
import { SourceError } from '../sources/source.js';
import type { EpmmSourceConfig, SourceConfig } from '../sources/source-config.js';

export interface LookUpQuestion {
  readonly word: string;
  readonly scope: string;
  readonly type?: string | undefined;
}

/** @throws RolewatchError usage, where there is no server that has a directory to ask */
export function withDirectory(config: SourceConfig): EpmmSourceConfig {
  if (config.kind === 'ivanti-epmm') return config;
  const why = config.kind.endsWith('-files')
    ? 'is read from files: there is no server to ask'
    : 'is of a product that has no LDAP entries to look up';
  throw new RolewatchError('usage', `${config.name} ${why}`);
}

/** Asks a server: once for each type of entries, since it knows no word for all. @throws RolewatchError source-failed, in the source's words; usage */
export async function lookUp(
  config: EpmmSourceConfig,
  { word, scope, type }: LookUpQuestion,
  signal: AbortSignal,
): Promise<LookupAnswer> {
  const source = await openEpmm(config);
  const types = LDAP_TYPES.filter((known) => type === undefined || known === type);
  try {
    const answers: LookupAnswer[] = [];
    for (const one of types) answers.push(await source.lookup(word, one, scope, signal));
    return joined(answers);
  } catch (error) {
    if (error instanceof SourceError)
      throw new RolewatchError('source-failed', error.message, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

function joined(answers: readonly LookupAnswer[]): LookupAnswer {
  return {
    entries: answers.flatMap(({ entries }) => entries),
    total: answers.reduce<number | null>(
      (sum, { total }) => (sum === null || total === null ? null : sum + total),
      0,
    ),
  };
}
