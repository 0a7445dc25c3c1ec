import { RolewatchError } from '../platform/errors.js';
import type { LookupAnswer } from '../sources/ivanti-epmm/lookup.js';
import { openEpmm } from '../sources/open-source.client.js';
import { SourceError } from '../sources/source.js';
import type { EpmmSourceConfig } from '../sources/source-config.js';

export interface LookUpQuestion {
  readonly word: string;
  readonly scope: string;
  readonly type: string | undefined;
}

const TYPES = ['USER', 'GROUP', 'OU'] as const;

/** Asks a server once. @throws RolewatchError source-failed, in the source's words; usage */
export async function lookUp(
  config: EpmmSourceConfig,
  { word, scope, type }: LookUpQuestion,
  signal: AbortSignal,
): Promise<LookupAnswer> {
  const source = await openEpmm(config);
  try {
    return await source.lookup(word, TYPES.find((known) => known === type) ?? 'ALL', scope, signal);
  } catch (error) {
    if (error instanceof SourceError)
      throw new RolewatchError('source-failed', error.message, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}
